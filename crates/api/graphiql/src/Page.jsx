import { explorerPlugin } from '@graphiql/plugin-explorer';
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider, useGraphiQL } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useEffect, useMemo } from 'react';
import { ExamplesMenu } from './ExamplesMenu.jsx';
import { examples } from './examples.js';
import { fetcherFor } from './graph.js';
import { storageWithoutHeaders } from './storage.js';
import { TokenBar } from './TokenBar.jsx';
import { useToken } from './token.js';

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const tabs = examples.map(({ query, variables }) => ({ query, variables }));

/** The whole page: who asks, above; GraphiQL, below. Both speak to the same `/graphql`. */
export function Page() {
  const [token, setToken] = useToken();
  const fetcher = useMemo(() => fetcherFor(token), [token]);
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultTabs={tabs}
      storage={storageWithoutHeaders}
      shouldPersistHeaders={false}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <PlainCharacters />
          <TokenBar token={token} setToken={setToken} />
          <main className="cg-graphiql">
            <GraphiQLInterface showPersistHeadersSettings={false}>
              <GraphiQL.Logo>
                Graph<em>i</em>QL
              </GraphiQL.Logo>
              <GraphiQL.Toolbar>
                {({ prettify, merge, copy }) => (
                  <>
                    <ExamplesMenu />
                    {prettify}
                    {merge}
                    {copy}
                  </>
                )}
              </GraphiQL.Toolbar>
            </GraphiQLInterface>
          </main>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

/** Names and titles hold dashes and curly quotes; the editor would put a warning box around each of them. */
function PlainCharacters() {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const response = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    for (const editor of [query, variables, response]) {
      editor?.updateOptions({ unicodeHighlight: { ambiguousCharacters: false } });
    }
  }, [query, variables, response]);
  return null;
}
