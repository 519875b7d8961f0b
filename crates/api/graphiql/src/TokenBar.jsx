import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useId, useRef, useState } from 'react';
import { ask } from './graph.js';
import { cleaned } from './token.js';

const WHO = 'query WhoAmI { viewer { tokenName centre { name } scopes } }';

/** Takes the access token and says, in one line, as whom the graph answers. */
export function TokenBar({ token, setToken }) {
  const state = useViewer(token);
  const [draft, setDraft] = useState('');
  const field = useRef(null);
  const fieldId = useId();
  const stateId = useId();

  const submit = (event) => {
    event.preventDefault();
    const next = cleaned(draft);
    if (!next) return;
    setDraft('');
    setToken(next);
  };
  const forget = () => {
    setToken('');
    field.current?.focus();
  };

  return (
    <header className="cg-bar">
      <h1 className="cg-name">Common Ground</h1>
      <p id={stateId} className={`cg-state cg-state-${state.kind}`} role="status">
        <span className="cg-dot" aria-hidden="true" />
        <span>{state.text}</span>
      </p>
      <form className="cg-token" onSubmit={submit}>
        <label htmlFor={fieldId}>Access token</label>
        {/* Not a password field: the browser must not offer to keep it. The style sheet hides its characters. */}
        <input
          id={fieldId}
          ref={field}
          type="text"
          className="cg-secret"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          placeholder={token ? 'paste another one' : 'paste it here'}
          aria-describedby={stateId}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          data-1p-ignore=""
          data-lpignore="true"
        />
        <button type="submit" disabled={!draft.trim()}>
          Use token
        </button>
        {token ? (
          <button type="button" className="cg-quiet" onClick={forget}>
            Forget token
          </button>
        ) : null}
      </form>
    </header>
  );
}

/** Asks the graph who the token is, each time that the token changes. */
function useViewer(token) {
  const [state, setState] = useState({ kind: 'asking', text: 'Asking the server…' });
  const { introspect } = useGraphiQLActions();
  const hasSchema = useGraphiQL((store) => Boolean(store.schema));
  const fetcher = useGraphiQL((store) => store.fetcher);
  const firstFetcher = useRef(fetcher);

  useEffect(() => {
    const asking = new AbortController();
    setState({ kind: 'asking', text: 'Asking the server…' });
    ask({ query: WHO, operationName: 'WhoAmI' }, token, {}, asking.signal)
      .then((answer) => setState(describe(answer, token)))
      .catch((error) => {
        if (error.name !== 'AbortError') setState({ kind: 'refused', text: error.message });
      });
    return () => asking.abort();
  }, [token]);

  // GraphiQL reads the schema when it starts; if the token of that moment was refused, a new one deserves another try.
  // The fetcher, not the token, says when: GraphiQL learns of a new token a moment after this component.
  useEffect(() => {
    if (fetcher !== firstFetcher.current && !hasSchema) introspect();
  }, [fetcher, hasSchema, introspect]);

  return state;
}

function describe(answer, token) {
  const error = answer.errors?.[0];
  const viewer = answer.data?.viewer;
  if (!viewer) {
    const reason = error?.message ?? 'the answer has no viewer';
    return { kind: 'refused', text: `${token ? 'Token refused' : 'Refused'}: ${reason}` };
  }
  if (!token || !viewer.tokenName) return { kind: 'anonymous', text: 'Anonymous: public evidence only' };
  const centre = viewer.centre ? ` of ${viewer.centre.name}` : '';
  const scopes = viewer.scopes.length > 0 ? `, may ${viewer.scopes.join(', ')}` : ', with no scopes';
  return { kind: 'known', text: `Using token: ${viewer.tokenName}${centre}${scopes}` };
}
