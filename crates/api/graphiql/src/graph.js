import { getOperationAST } from 'graphql';
import { createClient } from 'graphql-sse';

/**
 * Sends operations to this server's own `/graphql`; the page speaks to no other address.
 *
 * The token is sent with each of them. A header that is written in GraphiQL's header editor goes before it.
 */
export function fetcherFor(token) {
  return async (operation, options) => {
    if (isSubscription(operation, options?.documentAST)) return follow(operation, token, options?.headers);
    try {
      return await ask(operation, token, options?.headers);
    } catch (error) {
      return { errors: [{ message: error.message }] }; // the sentence, without the stack that GraphiQL would print
    }
  };
}

function isSubscription({ operationName }, document) {
  return Boolean(document) && getOperationAST(document, operationName)?.operation === 'subscription';
}

/** A subscription as server-sent events: one answer after another, until the tab stops it or it ends. */
async function* follow({ query, variables, operationName }, token, extraHeaders = {}) {
  const headers = token ? { authorization: `Bearer ${token}`, ...extraHeaders } : extraHeaders;
  const client = createClient({ url: '/graphql', headers, credentials: 'omit', retryAttempts: 0 });
  try {
    yield* client.iterate({ query, variables, operationName });
  } catch (error) {
    yield { errors: [{ message: `The stream broke: ${error.message}` }] };
  } finally {
    client.dispose();
  }
}

/** One operation over HTTP; resolves to the GraphQL answer, whatever the status, and rejects with a sentence. */
export async function ask(operation, token, extraHeaders = {}, signal = undefined) {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  });
  if (token) headers.set('authorization', `Bearer ${token}`);
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, String(value));

  let response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify(operation),
      credentials: 'omit',
      signal,
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server did not answer. Is it still running?', { cause: error });
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new Error(`The server answered ${status}, which is no GraphQL response: ${text.slice(0, 200)}`);
  }
}
