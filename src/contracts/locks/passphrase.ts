/** Shorter passphrases are refused when they are chosen, in characters (code points) after NFC. Free of zod: the small window starts without it. */
export const SHORTEST_PASSPHRASE = 8;
