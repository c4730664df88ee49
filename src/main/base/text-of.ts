/** The text of a file that a person or another program wrote. */

/** UTF-8, or UTF-16 as Windows' editors and PowerShell write it; a byte order mark is no part of the text. */
export function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined);
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const text = isBig ? Buffer.from(even).swap16().toString('utf16le') : bytes.toString(isLittle ? 'utf16le' : 'utf8');
  return text.replace(/^\ufeff/, '');
}
