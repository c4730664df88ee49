/**
 * The far side of the cables: a lab on 10.77.0.1, and a control on a Unix socket by which the tests, which run in the other
 * namespace and as another user, break and repair what is between. build/edge.mjs runs it as root.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { labProblem, startLab, type Lab } from '../lab/lab';
import { missingForPhone } from '../lab/lab-needs';
import type { OrdinaryPhone, PhoneName } from '../lab/ordinary-phone';
import { order, PHONE_HZ, type EdgeFacts, type Order, type PhoneOrder } from './orders';

const execute = promisify(execFile);
const ADDRESS = '10.77.0.1';
const NETS = { wifi: '10.77.1.1', lan: '10.77.2.1' } as const;

/** The commands that plug or unplug; `desk` is the other namespace. */
function cableCommands(desk: string, cable: keyof typeof NETS, on: boolean): string[][] {
  if (!on) return [['ip', '-n', desk, 'link', 'set', cable, 'down']];
  return [
    ['ip', '-n', desk, 'link', 'set', cable, 'up'],
    ['ip', '-n', desk, 'route', 'replace', 'default', 'via', NETS[cable], 'dev', cable],
  ];
}

/**
 * A cable that was plugged in passes nothing until both kernels have noticed, which takes up to a second. Answers with the last moment at which
 * it was seen not to: on a busy machine the phone is back before the next look is over.
 */
async function carries(desk: string, cable: keyof typeof NETS, pluggedAt: number): Promise<number> {
  let notYet = pluggedAt;
  for (const end = Date.now() + 5_000; Date.now() < end;) {
    const asked = Date.now();
    const states = await Promise.all(
      [
        ['link', 'show', cable],
        ['-n', desk, 'link', 'show', cable],
      ].map((args) => execute('ip', args)),
    );
    if (states.every(({ stdout }) => stdout.includes(' state UP '))) return notYet;
    notYet = asked;
  }
  throw new Error(`${cable} does not come up`);
}

/** On the cables alone: the gateway's own traffic is on loopback. */
function lossCommands(percent: number): string[][] {
  const drop = [
    '-p',
    'udp',
    '-m',
    'statistic',
    '--mode',
    'random',
    '--probability',
    String(percent / 100),
    '-j',
    'DROP',
  ];
  const rules = Object.keys(NETS).flatMap((name) => [
    ['iptables', '-A', 'INPUT', '-i', name, ...drop],
    ['iptables', '-A', 'OUTPUT', '-o', name, ...drop],
  ]);
  return [['iptables', '-F'], ...(percent === 0 ? [] : rules)];
}

/** The ordinary phones: each one's namespace, and what runs there. */
interface Phones {
  readonly namespaces: Readonly<Partial<Record<PhoneName, string>>>;
  readonly running: Map<PhoneName, OrdinaryPhone>;
}

/** Starts a phone, after one that a test has left; answers with null, or with what is missing. */
async function startPhone(name: PhoneName, lab: Lab, { namespaces, running }: Phones): Promise<string | null> {
  const namespace = namespaces[name];
  if (namespace === undefined) return `${name} has no network namespace here`;
  const missing = await missingForPhone(name);
  if (missing !== null) return missing;
  await running.get(name)?.stop();
  running.set(name, await lab.startPhone(name, ['ip', 'netns', 'exec', namespace], PHONE_HZ));
  return null;
}

/** Does as a phone is told. */
async function obeyPhone({ phone: name, act, text }: PhoneOrder, lab: Lab, phones: Phones): Promise<unknown> {
  if (act === 'start') return await startPhone(name, lab, phones);
  const phone = phones.running.get(name);
  if (act === 'stop') {
    phones.running.delete(name);
    await phone?.stop();
    return null;
  }
  if (phone === undefined) throw new Error(`${name} does not run`);
  switch (act) {
    case 'events':
      return await phone.events();
    case 'digits':
      return await phone.digits();
    case 'heard':
      return (await phone.heard()).toString('base64');
    case 'dial':
      phone.dial(text);
      break;
    case 'answer':
      phone.answer();
      break;
    case 'hang-up':
      phone.hangUp();
      break;
    case 'hold':
      await phone.hold();
      break;
    case 'resume':
      await phone.resume();
      break;
    case 'send-digits':
      await phone.sendDigits(text);
      break;
    case 'listen':
      await phone.listen();
      break;
  }
  return null;
}

/** Does as it is told; answers with the moment where there is nothing else to say. */
async function obey(todo: Order, lab: Lab, desk: string, phones: Phones): Promise<unknown> {
  const run = async (commands: readonly string[][]): Promise<number> => {
    for (const [command = '', ...args] of commands) await execute(command, args);
    return Date.now();
  };
  switch (todo.what) {
    case 'cable': {
      const began = Date.now();
      await run(cableCommands(desk, todo.cable, todo.on));
      return todo.on ? await carries(desk, todo.cable, began) : Date.now();
    }
    case 'loss':
      return await run(lossCommands(todo.percent));
    case 'facts':
      return {
        wssUrl: lab.wssUrl ?? '',
        ca: await readFile(lab.ca ?? '', 'utf8'),
        domain: lab.domain,
        issuer: lab.issuer,
        audience: lab.audience,
        key: lab.activeKey,
      } satisfies EdgeFacts;
    case 'kill-gateway':
      await lab.kamailio.kill();
      return Date.now();
    case 'restart-gateway':
      return await lab.kamailio.restart();
    case 'far-end-hangs-up':
      await lab.baresip.hangup();
      return Date.now();
    case 'far-end-calls':
      return lab.baresip.calls();
    case 'media-sessions':
      return await lab.mediaSessions();
    case 'phone':
      return await obeyPhone(todo, lab, phones);
    case 'logs':
      return await lab.logs();
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

/** Starts the lab and the control. */
export async function openEdge(
  socket: string,
  desk: string,
  namespaces: Phones['namespaces'] = {},
): Promise<{ readonly close: () => Promise<void> } | { readonly problem: string }> {
  const problem = await labProblem();
  if (problem !== null) return { problem };
  const lab = await startLab({ address: ADDRESS, tls: true });
  const phones: Phones = { namespaces, running: new Map() };
  const server = createServer((request, response) => {
    void (async () => {
      try {
        const answer = await obey(order.parse(await bodyOf(request)), lab, desk, phones);
        response.end(JSON.stringify({ answer }));
      } catch (error) {
        response.statusCode = 500;
        response.end(JSON.stringify({ problem: error instanceof Error ? error.message : String(error) }));
      }
    })();
  });
  server.listen(socket);
  await once(server, 'listening');
  await chmod(socket, 0o666);
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await lab.close();
    },
  };
}
