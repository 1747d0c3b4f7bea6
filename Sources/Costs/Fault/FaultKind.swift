/// The four kinds of nested fault: each fault is of exactly one.
///
/// The exits of the second stage are those of all kinds but ``guest``.
public enum FaultKind: UInt8, Sendable, Hashable, CaseIterable {
  /// The guest's own fault: no exit.
  case guest
  /// The final access met no page.
  case missing
  /// The final access met a page that was copied, emulated, logged, split, aged or given a right.
  case permission
  /// A walk of the guest's tables met the second stage: any event on a table read or update.
  case cascade
}
