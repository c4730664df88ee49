/** The mark: a ring around a point. */
export function LogoMark() {
  return (
    <svg className="logo-mark" width="24" height="24" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M7.2 4.6a9 9 0 1 0 4.8-1.6" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
      <circle cx="12" cy="12" r="3" fill="currentColor" />
    </svg>
  );
}
