/** A run of named steps: each is printed with its time; the first that fails ends the run and is named. */
import { CannotContinue, messageOf, say } from './program.mjs';

export class Steps {
  #count = 0;

  /**
   * @template T
   * @param {string} name what is true when the step is done: "registered with a minted token"
   * @param {() => Promise<T>} work
   * @returns {Promise<T>} rejects with `CannotContinue`, naming the step
   */
  async step(name, work) {
    this.#count += 1;
    const started = performance.now();
    try {
      const value = await work();
      say(`  ok ${String(this.#count).padStart(2)}  ${name} (${((performance.now() - started) / 1000).toFixed(2)} s)`);
      return value;
    } catch (error) {
      const reason = messageOf(error)
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, 3)
        .join(' ');
      throw new CannotContinue(`  FAILED at step ${this.#count}, "${name}": ${reason}`);
    }
  }
}
