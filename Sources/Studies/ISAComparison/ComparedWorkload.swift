/// What the machines of a comparison do.
public enum ComparedWorkload: String, Sendable, Hashable, CaseIterable {
  /// A guest that runs touches pages that it has not touched before.
  case firstTouch = "first-touch"
  /// A machine that its hypervisor has loaded from a snapshot touches its working set: its tables are in
  /// its memory, and nothing is mapped at the second stage.
  case coldResume = "cold-resume"
  /// Machines that were forked from one, and have read their pages, write to all of them.
  case cowStorm = "cow-storm"
  /// A guest writes to pages whose writes are logged, as while it is migrated.
  case dirtyLog = "dirty-log"
  /// A guest accesses a register of a device.
  case mmio
  /// A guest of a hypervisor that is itself a guest touches a page.
  case nested
}
