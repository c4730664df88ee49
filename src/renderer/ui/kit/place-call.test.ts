import { expect, it } from 'vitest';
import type { CallId } from '../../../contracts/call/call';
import { fail, type Result } from '../../../contracts/base/result';
import type { AppState } from '../../state/app-state';
import { placeCall } from './place-call';

it('places one call for a double click, and another one when the first is through', async () => {
  const asked: string[] = [];
  let answer: (result: Result<CallId>) => void = () => undefined;
  const place = (target: string): Promise<Result<CallId>> => {
    asked.push(target);
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const app = {
    phone: { place },
    view: { get: () => ({ typed: '1002' }), change: () => undefined },
  } as unknown as Pick<AppState, 'phone' | 'view'>;
  const first = placeCall(app);
  await placeCall(app);
  expect(asked).toEqual(['1002']);
  answer(fail('gateway-unavailable', 'Not now.', 'retry'));
  await first;
  const second = placeCall(app);
  expect(asked).toEqual(['1002', '1002']);
  answer(fail('gateway-unavailable', 'Not now.', 'retry'));
  await second;
});
