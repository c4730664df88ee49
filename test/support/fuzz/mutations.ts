/**
 * Changes to a SIP message that no sender would make on purpose, at the level of bytes, tokens, header fields and bodies.
 * A message is a string with one character for each byte (Latin-1), so that a change may break UTF-8.
 */
import { bodies, headers } from './sip-mutations';
import { bytes, tokens, upTo, type Mutation, type Random } from './text-mutations';

/** All of them. */
export const mutations: readonly Mutation[] = [...bytes, ...tokens, ...headers, ...bodies];

/** One to three of them, one after the other; `names` says which. */
export function mutate(wire: string, random: Random): { readonly wire: string; readonly names: readonly string[] } {
  // Of a level first: there are more ways at some levels than at others.
  const levels = [bytes, tokens, headers, bodies];
  let changed = wire;
  const names: string[] = [];
  for (let left = 1 + upTo(random, 3); left > 0; left -= 1) {
    const level = levels[upTo(random, levels.length)] ?? bytes;
    const mutation = level[upTo(random, level.length)];
    if (mutation === undefined || changed === '') continue;
    changed = mutation.apply(changed, random);
    names.push(mutation.name);
  }
  return { wire: changed, names };
}
