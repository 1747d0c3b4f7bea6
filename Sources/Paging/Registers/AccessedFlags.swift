/// When a walk on x86-64 sets the accessed flags of the entries it goes through.
///
/// "Whenever the processor uses a paging-structure entry as part of linear-address translation, it
/// sets the accessed flag in that entry" (Intel SDM volume 3A, section 4.8; section 29.3.5 of volume
/// 3C says the same of EPT). Neither says whether it does so when a later entry stops the walk; section
/// 6.15, on the page fault, has the flag of a page-directory entry set when a page-level protection
/// violation occurs.
public enum AccessedFlags: String, Sendable, Hashable, CaseIterable {
  /// As soon as the walk uses the entry.
  case eachLevel = "each-level"
  /// Only when the whole walk of the entry's stage succeeds.
  case onSuccess = "on-success"
}
