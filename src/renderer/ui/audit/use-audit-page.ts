/** The audit log through a filter: the newest page, and older ones as they are asked for. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AuditFilter, AuditPage } from '../../../contracts/audit/audit-query';
import type { Failure } from '../../../contracts/base/result';
import type { AuditPort } from '../../state/app-state';

const PAGE = 200;
/** A word is being typed, or many lines are being written: wait for the rest, ms. */
const COALESCE_MS = 150;
const FOLLOW_MS = 1_000;

export interface AuditView {
  readonly page: AuditPage | null;
  readonly failure: Failure | null;
  readonly more: () => void;
  /** Asks again for the newest page. */
  readonly again: () => void;
  /** The failure was read. */
  readonly dismiss: () => void;
}

/** Asks main whenever the filter changes, and while only the newest page is shown also when a line was added. */
export function useAuditPage(audit: AuditPort, filter: AuditFilter): AuditView {
  const [page, setPage] = useState<AuditPage | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const asked = useRef(0);
  const loading = useRef(false);
  const text = JSON.stringify(filter);

  const load = useCallback(async (): Promise<void> => {
    asked.current += 1;
    const mine = asked.current;
    const answer = await audit.query({ ...(JSON.parse(text) as AuditFilter), limit: PAGE });
    if (mine !== asked.current) return;
    setFailure(answer.ok ? null : answer.failure);
    if (answer.ok) setPage(answer.value);
  }, [audit, text]);

  useEffect(() => {
    const timer = setTimeout(() => void load(), COALESCE_MS);
    return () => clearTimeout(timer);
  }, [load]);

  const isLong = (page?.entries.length ?? 0) > PAGE;
  useEffect(() => {
    if (isLong) return undefined;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const end = audit.onAppended(() => {
      timer ??= setTimeout(() => {
        timer = null;
        void load();
      }, FOLLOW_MS);
    });
    return () => {
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [audit, load, isLong]);

  const last = page?.entries.at(-1)?.n;
  const more = useCallback((): void => {
    if (last === undefined || loading.current) return;
    loading.current = true;
    const mine = asked.current;
    void audit.query({ ...(JSON.parse(text) as AuditFilter), limit: PAGE, before: last }).then((answer) => {
      loading.current = false;
      if (mine !== asked.current || !answer.ok) return;
      setPage((shown) =>
        shown?.entries.at(-1)?.n === last
          ? { ...answer.value, entries: [...shown.entries, ...answer.value.entries] }
          : shown,
      );
    });
  }, [audit, text, last]);

  return { page, failure, more, again: () => void load(), dismiss: () => setFailure(null) };
}
