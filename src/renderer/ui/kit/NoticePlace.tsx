/** Where the notices of this screen lie. The place grows with them, so that they cover nothing. */
export function NoticePlace() {
  return <div className="notice-place" data-wants-room />;
}
