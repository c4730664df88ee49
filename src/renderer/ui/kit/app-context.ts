/** How components reach the state. */
import { createContext, useContext } from 'react';
import type { AppState } from '../../state/app-state';

/** Filled by `App`. */
export const AppContext = createContext<AppState | null>(null);

/** The state; a component outside `App` is a bug. */
export function useApp(): AppState {
  const app = useContext(AppContext);
  if (app === null) throw new Error('useApp outside App');
  return app;
}
