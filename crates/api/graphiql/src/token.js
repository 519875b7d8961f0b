import { useCallback, useState } from 'react';

const KEY = 'commonground:token';

/**
 * The access token of this browser tab. It is kept in sessionStorage only: it is gone when the tab closes, no other
 * tab reads it, and it is never written to the disk by this page.
 */
export function useToken() {
  const [token, setState] = useState(() => read());
  const setToken = useCallback((next) => {
    write(next);
    setState(next);
  }, []);
  return [token, setToken];
}

/** What was pasted, as the bare token: people copy it with spaces, line ends, or the word Bearer. */
export function cleaned(pasted) {
  return pasted.trim().replace(/^(authorization\s*:\s*)?bearer\s+/i, '').replace(/\s+/g, '');
}

function read() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return ''; // a browser that stores nothing still works, until the page is reloaded
  }
}

function write(token) {
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // as above
  }
}
