import { describe, expect, it } from 'vitest';
import type { Grant } from '../../contracts/profile/grant';
import { createLog } from '../base/log';
import { createNotify } from './notify';
import { createWindows, type KnownWindow } from '../windows/windows';

function fakeWindow(id: number): KnownWindow & { readonly heard: [string, unknown][]; gone: boolean } {
  const window = {
    heard: [] as [string, unknown][],
    gone: false,
    isDestroyed: () => window.gone,
    webContents: {
      id,
      isDestroyed: () => window.gone,
      send: (channel: string, payload: unknown) => void window.heard.push([channel, payload]),
    },
  };
  return window;
}

function setUp() {
  const windows = createWindows();
  const [phone, incoming] = [fakeWindow(1), fakeWindow(2)];
  windows.add('phone', phone);
  windows.add('incoming', incoming);
  const logged: string[] = [];
  return {
    windows,
    phone,
    incoming,
    logged,
    notify: createNotify(
      windows,
      createLog((line) => logged.push(line)),
    ),
  };
}

const grant: Grant = {
  profileId: 'practice',
  purpose: 'sip',
  issuedAt: 0,
  expiresAt: 1,
  fingerprint: '01234567',
  presentation: { kind: 'query', parameter: 'token', token: 'T' },
  url: 'ws://127.0.0.1:4000/',
  identity: '1001@practice.ringfence.local',
  displayName: '',
  instanceId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
  iceServers: [],
};

describe('notifications', () => {
  it('bring a grant to the phone window alone', () => {
    const { notify, phone, incoming } = setUp();
    notify('grants.renewed', grant);
    expect(phone.heard).toEqual([['grants.renewed', grant]]);
    expect(incoming.heard).toEqual([]);
  });

  it('strip what is not declared', () => {
    const { notify, phone } = setUp();
    const withKey = { ...grant, key: 'SECRET' };
    notify('grants.renewed', withKey);
    expect(JSON.stringify(phone.heard)).not.toContain('SECRET');
  });

  it('that do not fit are not sent', () => {
    const { notify, phone, logged } = setUp();
    notify('power.resumed', 'SECRET' as never);
    expect(phone.heard).toEqual([]);
    expect(logged).toHaveLength(1);
  });

  it('do not disturb a window that is gone', () => {
    const { notify, phone, windows } = setUp();
    phone.gone = true;
    notify('power.resumed', null);
    expect(phone.heard).toEqual([]);
    expect(windows.get('phone')).toBeNull();
  });
});

describe('the windows', () => {
  it('are known by their contents, until they are forgotten', () => {
    const { windows, incoming } = setUp();
    expect([windows.nameOf(1), windows.nameOf(2), windows.nameOf(3)]).toEqual(['phone', 'incoming', null]);
    windows.forget('incoming', incoming);
    expect(windows.nameOf(2)).toBeNull();
  });

  it('a late close does not forget the window that came after', () => {
    const { windows, incoming } = setUp();
    windows.add('incoming', fakeWindow(9));
    windows.forget('incoming', incoming);
    expect(windows.nameOf(9)).toBe('incoming');
  });
});
