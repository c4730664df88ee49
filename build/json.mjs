/** `JSON.parse` that admits that it does not know what it returns. @param {string} text @returns {unknown} throws on text that is no JSON */
export function parseJson(text) {
  /** @type {unknown} */
  const value = JSON.parse(text);
  return value;
}
