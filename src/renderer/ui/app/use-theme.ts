import { useEffect } from 'react';
import type { AppState } from '../../state/app-state';
import { useSelected } from '../../state/use-store';

/** Puts the agent's choice of theme on the page; "system" leaves it to the system. */
export function useTheme({ settings }: Pick<AppState, 'settings'>): void {
  const theme = useSelected(settings, (value) => value.theme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}
