import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { reachableAddresses, watchNetwork } from './network';

describe('watchNetwork', () => {
  it('tells each change once, within a quarter of a second, and whether something was lost', async () => {
    const clock = createFakeClock();
    let addresses = ['10.77.1.2'];
    const told: string[] = [];
    const stop = watchNetwork(
      clock,
      ({ lost, connected }) => told.push(`${lost ? 'lost' : 'gained'}, ${connected ? 'connected' : 'alone'}`),
      () => addresses,
    );
    await clock.advance(5_000);
    expect(told).toEqual([]);
    addresses = ['10.77.1.2', '10.77.2.2'];
    await clock.advance(250);
    expect(told).toEqual(['gained, connected']);
    addresses = ['10.77.2.2'];
    await clock.advance(250);
    addresses = ['10.77.3.2'];
    await clock.advance(250);
    addresses = [];
    await clock.advance(5_000);
    expect(told).toEqual(['gained, connected', 'lost, connected', 'lost, connected', 'lost, alone']);
    stop();
    addresses = ['10.77.1.2'];
    await clock.advance(5_000);
    expect(told.length).toBe(4);
    expect(clock.waiting()).toBe(0);
  });
  it('keeps what it knew when the addresses can not be read', async () => {
    const clock = createFakeClock();
    let fails = true;
    let addresses = ['10.77.1.2'];
    const told: boolean[] = [];
    const stop = watchNetwork(
      clock,
      ({ lost }) => told.push(lost),
      () => {
        if (fails) throw new Error('uv_interface_addresses');
        return addresses;
      },
    );
    fails = false;
    await clock.advance(250);
    expect(told).toEqual([false]);
    fails = true;
    await clock.advance(5_000);
    fails = false;
    await clock.advance(5_000);
    expect(told).toEqual([false]);
    addresses = [];
    await clock.advance(250);
    expect(told).toEqual([false, true]);
    stop();
  });
  it('leaves out what leads nowhere', () => {
    expect(
      reachableAddresses().filter(
        (address) => address === '127.0.0.1' || address === '::1' || address.startsWith('fe80'),
      ),
    ).toEqual([]);
  });
});
