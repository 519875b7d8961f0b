import { ToolbarMenu, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { examples } from './examples.js';

/** Opens an example in a tab of its own, for those who closed or changed the tabs that the page began with. */
export function ExamplesMenu() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  const open = ({ query, variables }) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
  };

  return (
    <ToolbarMenu
      button={
        <button
          type="button"
          className="graphiql-un-styled graphiql-toolbar-button"
          aria-label="Open an example"
          title="Open an example"
        >
          <svg
            className="graphiql-toolbar-icon"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
            aria-hidden="true"
          >
            <path d="M9 17.5v-2.2a6 6 0 1 1 6 0v2.2zM9.5 20.5h5" strokeLinecap="round" strokeLinejoin="round" />
          </svg>
        </button>
      }
    >
      {examples.map((example) => (
        <ToolbarMenu.Item key={example.title} onSelect={() => open(example)}>
          {example.title}
        </ToolbarMenu.Item>
      ))}
    </ToolbarMenu>
  );
}
