/** A value that changes and can be watched: what React's useSyncExternalStore reads. */
export interface Store<T> {
  /** The same object until something changes. */
  readonly get: () => T;
  /** Returns the function that ends the subscription. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store that its owner may set. */
export interface WritableStore<T> extends Store<T> {
  /** Setting the value it already has tells nobody. */
  readonly set: (next: T) => void;
}

/** Listeners of a store, told in the order in which they came. */
export interface ListenerSet {
  readonly add: (listener: () => void) => () => void;
  readonly tell: () => void;
}

/** Makes an empty set of listeners. */
export function createListeners(): ListenerSet {
  const listeners = new Set<() => void>();
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell: () => {
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Makes a store that holds `initial`. */
export function createStore<T>(initial: T): WritableStore<T> {
  let value = initial;
  const listeners = createListeners();
  return {
    get: () => value,
    subscribe: listeners.add,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      listeners.tell();
    },
  };
}
