/** How React reads a store. */
import { useSyncExternalStore } from 'react';
import type { Store } from '../base/store';

/** The store's value; renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A part of the store's value; `select` must return the same object or primitive while that part is unchanged. */
export function useSelected<T, S>(store: Store<T>, select: (value: T) => S): S {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
