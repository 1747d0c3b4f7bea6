import Console
import Guests
import Paging

/// A guest with what its steps add up to.
struct GuestReport {
  let profile: GuestProfile
  let counts: [GuestProfile.PhaseCounts]

  init(_ profile: GuestProfile) {
    self.profile = profile
    counts = profile.counts()
  }

  /// Pages that an instruction touches for the first time, in all phases.
  var newPages: Int { counts.reduce(0) { $0 + $1.newPagesOfProcessor } }

  /// Pages that devices and the monitor fill before anybody touches them.
  var filledPages: Int { counts.reduce(0) { $0 + ($1.newPages[.device] ?? 0) } }

  /// The nanoseconds of the processor's work until the guest is ready.
  var computeNanoseconds: UInt64 { counts.reduce(0) { $0 + $1.computeNanoseconds } }

  /// The nanoseconds of waiting.
  var waitNanoseconds: UInt64 { counts.reduce(0) { $0 + $1.waitNanoseconds } }

  /// The new pages of a use in all phases.
  func newPages(_ use: GuestPageUse) -> Int {
    counts.reduce(0) { $0 + ($1.newPagesByUse[use] ?? 0) }
  }

  /// The phases that touch new pages.
  var touchingPhases: [Int] { counts.indices.filter { counts[$0].newPagesOfProcessor > 0 } }
}

extension GuestPageUse {
  /// The use in words.
  var title: String {
    switch self {
    case .guestTables: "its own tables"
    case .structPages: "struct pages"
    case .kernel: "kernel image"
    case .kernelFile: "kernel file"
    case .initramfs: "initramfs"
    case .firmwareTables: "firmware's tables"
    case .firstMebibyte: "below 1 MiB"
    case .other: "everything else"
    }
  }

  /// The use as a key of JSON.
  var key: String { "\(self)" }
}

extension BootTouch.Kind {
  /// The kind as a key of JSON.
  var key: String { "\(self)" }
}

extension GuestPhase.Addressing {
  /// The addressing as a value of JSON.
  var key: String { "\(self)" }
}
