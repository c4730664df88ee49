/** Phones on a switchboard, set up and taken down around each test of a file. */
import { afterEach, beforeEach } from 'vitest';
import { FakePeerConnection, installFakeWebRtc, type FakeSettings } from './fake-peer-connection';
import { grantWithToken } from './grants';
import { createTestPhone, type TestPhone, type TestPhoneOptions } from './phone';
import { createSwitchboard, type Switchboard } from '../servers/switchboard';

export interface SwitchboardPhones {
  readonly board: () => Switchboard;
  /** A phone for this user, not started. */
  readonly phoneOf: (user: string, options?: Partial<TestPhoneOptions>) => TestPhone;
  /** 1001 and 1002, registered. */
  readonly pair: () => Promise<[TestPhone, TestPhone]>;
  /** 1001 and 1002 in a call that 1001 placed, and its id on both sides. */
  readonly inCall: () => Promise<[TestPhone, TestPhone, string, string]>;
  /** WebRTC that behaves otherwise, for the rest of the test. */
  readonly webRtc: (settings: Partial<FakeSettings>) => void;
}

/** Call once at the top of a test file. */
export function setUpSwitchboard(): SwitchboardPhones {
  let board = createSwitchboard();
  let phones: TestPhone[] = [];
  let uninstall: () => void = () => undefined;
  let tokens = 0;

  beforeEach(() => {
    board = createSwitchboard();
    phones = [];
    uninstall = installFakeWebRtc();
  });
  afterEach(async () => {
    board.judge = () => 'pass';
    await Promise.all(phones.map((phone) => phone.agent.stop()));
    uninstall();
  });

  const phoneOf = (user: string, options: Partial<TestPhoneOptions> = {}): TestPhone => {
    const phone = createTestPhone({
      WebSocket: board.socketsOf(user),
      random: () => 0.1,
      mint: () => {
        tokens += 1;
        return grantWithToken(`secret-${tokens}`, {
          identity: `${user}@practice.invalid`,
          instanceId: `6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c${user}`,
        });
      },
      ...options,
    });
    phones.push(phone);
    return phone;
  };
  const pair = async (): Promise<[TestPhone, TestPhone]> => {
    const [a, b] = [phoneOf('1001'), phoneOf('1002')];
    a.agent.start();
    b.agent.start();
    await Promise.all([a.registered(), b.registered()]);
    return [a, b];
  };
  return {
    board: () => board,
    phoneOf,
    pair,
    inCall: async () => {
      const [a, b] = await pair();
      const placed = await a.agent.place('1002');
      if (!placed.ok) throw new Error(placed.failure.sentence);
      const rings = await b.call('ringing');
      await b.agent.act(rings.id, { verb: 'answer' });
      await Promise.all([a.call('active'), b.call('active')]);
      return [a, b, placed.value, rings.id];
    },
    webRtc: (settings) => {
      uninstall();
      uninstall = installFakeWebRtc(settings);
    },
  };
}

/** The nth peer connection of this test, in the order in which they were made. */
export function connectionOf(index: number): FakePeerConnection {
  const connection = FakePeerConnection.all[index];
  if (connection === undefined) throw new Error('no such connection');
  return connection;
}

/** The events as the live column reads: `title: detail`. */
export function titlesOf(phone: TestPhone): string[] {
  return phone.events.map(({ title, detail }) => `${title}: ${detail}`);
}
