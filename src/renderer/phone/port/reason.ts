/** The Reason header (RFC 3326; in responses: RFC 6432) as values that the table of causes can judge; pure. */

/** One value of a Reason header. */
export interface Reason {
  /** In upper case: `SIP`, `Q.850`, `STIR`, `RELEASE_CAUSE` ... */
  readonly protocol: string;
  /** Null: the value has none that is a number. */
  readonly cause: number | null;
  /** The `text` parameter without its quotes, or ''. */
  readonly text: string;
  /** The value as it was written. */
  readonly written: string;
}

/** Characters of the header that are looked at: a far end writes as much as it likes. */
const LONGEST = 2_000;
/** Of a comma-separated list one value; of a value one parameter. A quote that is never closed runs to the end. */
const VALUE = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+/g;
const PARAMETER = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^";])+/g;

const unquoted = (text: string): string => text.replace(/^"([^]*?)"?$/, '$1').replace(/\\(.)/g, '$1');

function reasonOf(written: string): Reason {
  const [protocol = '', ...parameters] = written.match(PARAMETER) ?? [];
  const valueOf = (name: string): string => {
    for (const parameter of parameters) {
      const equals = parameter.indexOf('=');
      if (equals !== -1 && parameter.slice(0, equals).trim().toLowerCase() === name)
        return unquoted(parameter.slice(equals + 1).trim());
    }
    return '';
  };
  const cause = /^\d{1,4}$/.exec(valueOf('cause').trim())?.[0];
  return {
    protocol: protocol.trim().toUpperCase(),
    cause: cause === undefined ? null : Number(cause),
    text: valueOf('text'),
    written: written.trim(),
  };
}

/** The values of a header, in order; what can't be read is left out. Null is a message without the header. */
export function reasonsIn(header: string | null): readonly Reason[] {
  return ((header ?? '').slice(0, LONGEST).match(VALUE) ?? []).map(reasonOf).filter(({ protocol }) => protocol !== '');
}
