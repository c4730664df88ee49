import type { ReactNode } from 'react';
import type { SettingsStore } from '../../state/settings-store';
import { useTheme } from './use-theme';

/** Puts the agent's theme on a page that has no `App`. */
export function Themed({ settings, children }: { readonly settings: SettingsStore; readonly children: ReactNode }) {
  useTheme({ settings });
  return children;
}
