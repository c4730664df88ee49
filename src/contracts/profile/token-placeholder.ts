/** Where the token goes in a subprotocol's template. Free of zod: the phone window starts without it. */
export const TOKEN_PLACEHOLDER = '<token>';
