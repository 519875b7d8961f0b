const HISTORY = /:(queries|favorites)$/;

/**
 * GraphiQL's storage (tabs, history, theme), in localStorage, without request headers.
 *
 * GraphiQL leaves them out of the tabs when it is told to; its history plugin does not, and a token that was typed
 * there must not outlive the page.
 */
export const storageWithoutHeaders = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, HISTORY.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear() {
    for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
  },
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith('graphiql:')).length;
  },
};

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (key, value) => (key === 'headers' ? undefined : value));
}
