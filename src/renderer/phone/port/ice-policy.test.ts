import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { createIceGate } from '../jssip/ice-gate';
import { isUsable, usableIceServers, withoutLoopbackCandidates, type IceContext } from './ice-policy';

const line = (address: string, type: string): string =>
  `candidate:1 1 udp 2113937151 ${address} 50000 typ ${type} generation 0`;
const far: IceContext = { hasTurn: false, gatewayOnThisComputer: false };
const near: IceContext = { hasTurn: false, gatewayOnThisComputer: true };
const turn: IceContext = { hasTurn: true, gatewayOnThisComputer: false };

describe('isUsable', () => {
  it.each([
    [line('192.0.2.7', 'host'), far, true],
    [line('2001:db8::7', 'host'), far, true],
    [line('a1b2.local', 'host'), far, true],
    [line('127.0.0.1', 'host'), far, false],
    [line('127.8.9.1', 'host'), far, false],
    [line('::1', 'host'), far, false],
    [line('127.0.0.1', 'host'), near, true],
    [line('192.0.2.7', 'host'), turn, false],
    [line('198.51.100.3', 'srflx'), turn, false],
    [line('203.0.113.9', 'relay'), turn, true],
    ['', far, false],
    ['candidate:garbage', far, false],
  ])('%s', (candidate, context, expected) => {
    expect(isUsable(candidate, context)).toBe(expected);
  });
});

describe('usableIceServers', () => {
  it('leaves out TURN without a credential, with which the browser would refuse every call', () => {
    expect(
      usableIceServers([
        { urls: ['stun:a.example', 'turn:a.example'], username: 'u' },
        { urls: ['turns:b.example'] },
        { urls: ['stuns:c.example'] },
      ]),
    ).toEqual([{ urls: ['stun:a.example'] }, { urls: ['stuns:c.example'] }]);
    expect(usableIceServers([{ urls: ['turn:a.example'], username: 'u', credential: 'p' }])).toEqual([
      { urls: ['turn:a.example'], username: 'u', credential: 'p' },
    ]);
  });
});

describe('withoutLoopbackCandidates', () => {
  const sdp = [
    'v=0',
    `a=${line('127.0.0.1', 'host')}`,
    `a=${line('192.0.2.7', 'host')}`,
    `a=${line('::1', 'host')}`,
    'a=sendrecv',
    '',
  ].join('\r\n');
  it('takes loopback out for a gateway elsewhere, and nothing else', () => {
    expect(withoutLoopbackCandidates(sdp, far)).toBe(
      ['v=0', `a=${line('192.0.2.7', 'host')}`, 'a=sendrecv', ''].join('\r\n'),
    );
  });
  it('keeps it for a gateway on this computer', () => {
    expect(withoutLoopbackCandidates(sdp, near)).toBe(sdp);
  });
});

describe('the ICE gate', () => {
  it('lets go a moment after the first usable candidate, once', async () => {
    const clock = createFakeClock();
    const gate = createIceGate(clock, far);
    const went: string[] = [];
    gate.start(() => went.push('cap'));
    gate.candidate(line('127.0.0.1', 'host'), () => went.push('loopback'));
    await clock.advance(5);
    expect(went).toEqual([]);
    gate.candidate(line('192.0.2.7', 'host'), () => went.push('first'));
    gate.candidate(line('192.0.2.8', 'host'), () => went.push('second'));
    await clock.advance(3);
    expect(went).toEqual(['first']);
    await clock.advance(10_000);
    expect(went).toEqual(['first']);
    expect(clock.waiting()).toBe(0);
  });
  it('lets go at the cap when nothing usable comes', async () => {
    const clock = createFakeClock();
    const gate = createIceGate(clock, far);
    const went: number[] = [];
    gate.start(() => went.push(clock.now()));
    await clock.advance(499);
    expect(went).toHaveLength(0);
    await clock.advance(1);
    expect(went).toHaveLength(1);
  });
  it('waits for the relay where TURN is configured, up to its own cap', async () => {
    const clock = createFakeClock();
    const gate = createIceGate(clock, turn);
    const went: string[] = [];
    gate.start(() => went.push('cap'));
    gate.candidate(line('192.0.2.7', 'host'), () => went.push('host'));
    gate.candidate(line('198.51.100.3', 'srflx'), () => went.push('srflx'));
    await clock.advance(1_499);
    expect(went).toEqual([]);
    await clock.advance(1);
    expect(went).toEqual(['cap']);
  });
  it('does nothing after stop', async () => {
    const clock = createFakeClock();
    const gate = createIceGate(clock, far);
    gate.start(() => expect.unreachable());
    gate.candidate(line('192.0.2.7', 'host'), () => expect.unreachable());
    gate.stop();
    await clock.advance(10_000);
    expect(clock.waiting()).toBe(0);
  });
});
