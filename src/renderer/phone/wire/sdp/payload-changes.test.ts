import { describe, expect, it } from 'vitest';
import { PAYLOAD_CHANGES } from '../../../../../test/support/phones/payload-changes';
import { changedPayloads, offerBefore } from './payload-changes';
import { attributes, parseSdp } from './sdp-lines';
import { readRemote } from './remote-description';

const forChromium = (sdp: string): string => {
  const remote = readRemote(sdp, 'offer', null);
  if (typeof remote === 'string') throw new Error(remote);
  return remote.write('0');
};
/** What Chromium has in its answer: the offer's payloads, as the end-to-end test sees it. */
const answered = forChromium;
const numbersOf = (sdp: string): string[] => [...(parseSdp(sdp).media[0]?.formats ?? [])];

describe('payload numbers that change within a call', () => {
  it.each(PAYLOAD_CHANGES)('$name', ({ before, offer, changed }) => {
    const [local, remote, next] = [answered(before.at(-1) ?? ''), forChromium(before.at(-1) ?? ''), forChromium(offer)];
    expect([...changedPayloads(local, next)].map(Number).sort()).toEqual([...changed].sort());
    const between = offerBefore(local, remote, next);
    if (changed.length === 0) {
      expect(between).toBeNull();
      return;
    }
    const left = numbersOf(between ?? '');
    const kept = numbersOf(remote).filter((number) => !changed.includes(Number(number)));
    // Somebody can always be heard in what is left.
    const hasSound = kept.some((number) =>
      attributes(parseSdp(remote).media[0]?.lines ?? [], 'rtpmap').some((value) =>
        new RegExp(`^${number} (?:opus|PCM)`).test(value),
      ),
    );
    expect(left).toEqual(hasSound ? kept : [...kept, '0']);
    for (const number of changed) expect(between).not.toMatch(new RegExp(`^a=(?:rtpmap|fmtp|rtcp-fb):${number} `, 'm'));
    expect(between).toContain('a=setup:actpass\r\n');
    // The path of the call is the same.
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint', 'mid'])
      expect(new RegExp(`^a=${name}:.*$`, 'm').exec(between ?? '')?.[0]).toBe(
        new RegExp(`^a=${name}:.*$`, 'm').exec(remote)?.[0],
      );
  });
  it('a number that Chromium offered and nobody took is let go of as well', () => {
    const [twinkle] = PAYLOAD_CHANGES[0]?.before ?? [];
    const local = forChromium(twinkle ?? '');
    const remote = local.replaceAll(/^a=rtpmap:110 .*\r\n/gm, '').replace(' 110', '');
    const next = local.replace('110 telephone-event/48000', '110 telephone-event/8000');
    expect([...changedPayloads(local, next)]).toEqual(['110']);
    expect(numbersOf(offerBefore(local, remote, next) ?? '')).toEqual(['111', '0']);
  });
});
