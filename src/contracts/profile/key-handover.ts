/** How long a key that was made here for a gateway elsewhere stays on the clipboard, ms. */
export const KEY_ON_CLIPBOARD_MS = 60_000;
