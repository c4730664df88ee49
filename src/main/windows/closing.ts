/** How the phone window closes, and the app ends: in order, and not during a call without a question. */

export interface Closing {
  /** Somebody closes the window. True: it may go now. */
  readonly close: () => boolean;
  /** Somebody quits the app by its menu or key. */
  readonly quit: () => void;
  /** The app ends without a person at its window: a signal, the end of a session, a test. Nothing is asked from now on. */
  readonly unasked: () => void;
}

export interface ClosingPorts {
  /** So many calls are up, on hold or ringing, as the page says. */
  readonly calls: () => number;
  /** True: the person wants these calls to end. */
  readonly ask: (calls: number) => Promise<boolean>;
  readonly minimise: () => void;
  /** Unregisters, closes the sockets, ends the tokens. */
  readonly closeLine: () => Promise<unknown>;
  /** Closes the window once more, when the line is closed. */
  readonly closeWindow: () => void;
}

export function createClosing({ calls, ask, minimise, closeLine, closeWindow }: ClosingPorts): Closing {
  let isUnasked = false;
  let isAsking = false;
  let state: 'open' | 'ending' | 'closed' = 'open';

  function end(): void {
    if (state !== 'open') return;
    state = 'ending';
    void closeLine()
      .catch(() => undefined)
      .then(() => {
        state = 'closed';
        closeWindow();
      });
  }
  async function askThenEnd(): Promise<void> {
    // A second press while the question is open asks no second one.
    if (isAsking || state !== 'open') return;
    isAsking = true;
    const wanted = await ask(calls()).finally(() => {
      isAsking = false;
    });
    if (wanted) end();
  }

  return {
    close: () => {
      if (state === 'closed') return true;
      if (state === 'ending') return false;
      if (isUnasked) end();
      else if (calls() > 0) void askThenEnd();
      // The line stays registered: the agent can be called.
      else minimise();
      return false;
    },
    quit: () => {
      if (calls() > 0 && !isUnasked) void askThenEnd();
      else end();
    },
    unasked: () => {
      isUnasked = true;
    },
  };
}
