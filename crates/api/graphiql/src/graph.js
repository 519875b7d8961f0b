/**
 * Sends operations to this server's own `/graphql`; the page speaks to no other address.
 *
 * The token is sent with each of them. A header that is written in GraphiQL's header editor goes before it.
 */
export function fetcherFor(token) {
  return async (operation, options) => {
    try {
      return await ask(operation, token, options?.headers);
    } catch (error) {
      return { errors: [{ message: error.message }] }; // the sentence, without the stack that GraphiQL would print
    }
  };
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
