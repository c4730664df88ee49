/** The proxy's transactions: an INVITE from its first copy to its last answer. */
import { describe, expect, it, vi } from 'vitest';
import { makeRequest, ProxiedPhone, setUpProxy } from '../../test/support/servers/proxy-fixture';
import { headersOf } from './sip-message';
import { replyTo } from './sip-reply';

const fixture = setUpProxy();
const ack = (): void => fixture().proxy.receive(fixture().alice, makeRequest('ACK', 'alice', 'bob', { toTag: 'x' }));

describe('an INVITE', () => {
  it('that nobody answers ends with 408 and CANCEL after 60 s', () => {
    const { alice, bob, answer, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    vi.advanceTimersByTime(59_999);
    expect(alice.story()).toEqual([100, 180]);
    vi.advanceTimersByTime(1);
    expect(alice.story()).toEqual([100, 180, 408]);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL']);
    answer(bob, 487);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL', 'ACK']);
    ack();
    expect(proxy.counts().transactions).toBe(0);
  });

  it('that never reaches anybody ends with 408, without a CANCEL', () => {
    const { alice, bob, answer, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    vi.advanceTimersByTime(60_000);
    expect(alice.story()).toEqual([100, 408]);
    expect(bob.story()).toEqual(['INVITE']);
    // The late first sign of life is answered with the CANCEL that waited (RFC 3261 section 9.1).
    answer(bob, 180);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL']);
    answer(bob, 487);
    ack();
  });

  it('that was cancelled waits for 487, or for 32 s', () => {
    const { alice, bob, answer, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    proxy.receive(alice, makeRequest('CANCEL', 'alice', 'bob'));
    expect(alice.story()).toEqual([100, 180, 200]);
    vi.advanceTimersByTime(32_000);
    expect(alice.story()).toEqual([100, 180, 200, 487]);
    expect(proxy.counts().calls).toBe(0);
  });

  it('that is answered while it is being cancelled is still answered', () => {
    const { alice, bob, answer, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    proxy.receive(alice, makeRequest('CANCEL', 'alice', 'bob'));
    answer(bob, 200);
    expect(alice.story()).toEqual([100, 180, 200, 200]);
    const received = bob.request('INVITE');
    const routes = headersOf(received, 'Record-Route');
    proxy.receive(
      bob,
      makeRequest('BYE', 'bob', 'alice', { fromTag: 'tag-flow-bob', toTag: 'from', routes, branch: 'z9hG4bKbye' }),
    );
    answer(alice, 200, 'BYE');
    expect(proxy.counts().calls).toBe(0);
  });

  it('that comes twice is forwarded once', () => {
    const { alice, bob, answer, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 486);
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    expect(bob.story()).toEqual(['INVITE', 'ACK']);
    expect(alice.story()).toEqual([100, 486, 486]);
    ack();
  });

  it.each([
    [[486, 603], 603],
    [[480, 486], 486],
    [[408, 480], 480],
    [[404, 408], 404],
    [[500, 486], 486],
    [[487, 480], 480],
  ])('forked to answers %j shows the caller %i', (statuses, shown) => {
    const { alice, bob, answer, join, proxy } = fixture();
    const phones = [bob, join(new ProxiedPhone('bob', 'flow-bob2'))];
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    phones.forEach((phone, index) => answer(phone, statuses[index] ?? 500));
    expect(alice.story()).toEqual([100, shown]);
    ack();
    expect(proxy.counts().transactions).toBe(0);
  });

  it('declined with 6xx stops ringing everywhere', () => {
    const { alice, bob, answer, join, proxy } = fixture();
    const second = join(new ProxiedPhone('bob', 'flow-bob2'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(second, 180);
    answer(bob, 603);
    expect(second.story()).toEqual(['INVITE', 'CANCEL']);
    expect(alice.story()).toEqual([100, 180]);
    answer(second, 487);
    expect(alice.story()).toEqual([100, 180, 603]);
    ack();
  });

  it('answered by two phones at once hands both answers on', () => {
    const { alice, bob, answer, join, leave, proxy } = fixture();
    const second = join(new ProxiedPhone('bob', 'flow-bob2'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 200);
    answer(second, 200);
    expect(alice.story()).toEqual([100, 200, 200]);
    leave(alice);
    leave(bob);
    leave(second);
  });

  it('takes an answer only from the user that was asked', () => {
    const { alice, bob, join, proxy } = fixture();
    const mallory = join(new ProxiedPhone('mallory'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    proxy.receive(mallory, replyTo(bob.request('INVITE'), 200, { toTag: 'm' }));
    proxy.receive(bob, {
      ...replyTo(bob.request('INVITE'), 200),
      headers: [
        { name: 'Via', value: 'SIP/2.0/WS x;branch=z9hG4bKunknown' },
        { name: 'CSeq', value: '1 INVITE' },
      ],
    });
    expect(alice.story()).toEqual([100]);
  });

  it('whose callee vanishes for good is over after 4 s; one that comes back may still answer', () => {
    const { alice, bob, join, leave, location, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    leave(bob);
    vi.advanceTimersByTime(3_999);
    expect(alice.story()).toEqual([100]);
    vi.advanceTimersByTime(1);
    expect(alice.story()).toEqual([100, 480]);
    ack();
    const back = join(new ProxiedPhone('bob', 'flow-back', bob.instance));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob', { branch: 'z9hG4bKtwo' }));
    leave(back);
    const again = new ProxiedPhone('bob', 'flow-again', bob.instance);
    location.attach(again);
    proxy.receive(again, replyTo(back.request('INVITE'), 486, { toTag: 't' }));
    expect(alice.story()).toEqual([100, 480, 100, 486]);
  });
});
