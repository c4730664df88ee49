/** What an ordinary phone of the lab hears. */
import type { Baresip } from '../../lab/baresip';

/** What an ordinary phone hears in its newest call, as a file that grows. */
export async function heardBy(phone: Baresip): Promise<string> {
  const heard = (await phone.recordings()).filter(({ direction }) => direction === 'dec').at(-1);
  if (heard === undefined) throw new Error(`${phone.user} recorded nothing`);
  return heard.path;
}
