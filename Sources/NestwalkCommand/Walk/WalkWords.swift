import Console
import Paging
import Quantities
import Records

/// The words in which walks are told.
enum WalkWords {
  /// What the walk translates, as the title of its picture.
  static func title(_ walk: ExplainedWalk) -> String {
    let stages =
      switch (walk.guestFormat, walk.hostFormat) {
      case (let guest?, let host?): "\(guest) over \(host)"
      case (let guest?, nil): "\(guest) alone"
      case (nil, let host?): "\(host) alone"
      case (nil, nil): "\(walk.isa.rawValue) without tables"
      }
    return "\(stages): \(access(walk)) at guest-virtual \(walk.address)"
  }

  /// The access with its privilege under the architecture's name.
  static func access(_ walk: ExplainedWalk) -> String {
    let access = walk.access
    let verb =
      switch access.kind {
      case .read: "a read"
      case .write: "a write"
      case .fetch: "a fetch"
      case .hlvx: "an HLVX load"
      }
    let isUser = access.privilege == .user
    let level =
      switch walk.isa {
      case .x86: isUser ? "at CPL 3" : "at CPL 0"
      case .arm: isUser ? "at EL0" : "at EL1"
      case .riscv: isUser ? "in VU-mode" : "in VS-mode"
      }
    let probe = access.isAddressTranslation ? " by an AT instruction" : ""
    return "\(verb)\(probe) \(level)"
  }

  /// The manual's name of an entry of a level.
  static func entry(_ isa: ISA, _ level: Int) -> String {
    switch isa {
    case .x86: ["PTE", "PDE", "PDPTE", "PML4E", "PML5E"][level]
    case .arm, .riscv: "level \(isa.manualLevel(level))"
    }
  }

  /// What a guest table's entry is called in a sentence.
  static func guestEntry(_ isa: ISA, _ level: Int) -> String {
    switch isa {
    case .x86: "the guest's \(entry(isa, level))"
    case .arm: "the stage-1 entry of level \(isa.manualLevel(level))"
    case .riscv: "the VS-stage entry of level \(isa.manualLevel(level))"
    }
  }

  /// What a hypervisor table's entry is called in a sentence.
  static func hostEntry(_ walk: ExplainedWalk, _ level: Int) -> String {
    switch walk.isa {
    case .x86:
      "the \(walk.hostFormat == .npt4 || walk.hostFormat == .npt5 ? "nested" : "EPT")"
        + " \(entry(walk.isa, level))"
    case .arm: "the stage-2 entry of level \(walk.isa.manualLevel(level))"
    case .riscv: "the G-stage entry of level \(walk.isa.manualLevel(level))"
    }
  }

  /// A size in the largest unit that it is a multiple of.
  static func size(_ bytes: UInt64) -> String { ByteSize(bytes).argument }

  /// The outcome in a line.
  static func outcome(_ walk: ExplainedWalk) -> String {
    switch walk.outcome {
    case .translated(let found):
      return "The access arrives at host-physical \(found.hostPhysical):"
        + " \(TextLayout.count(found.reads, "table read")), \(TextLayout.count(found.updates, "update"))."
    case .failed(let failure, _):
      if walk.leavesMemory { return failure.absenceSentence }
      return "\(stop(walk, failure)): \(failure.reason.words)."
    case .refused(let error): return error.description
    }
  }

  private static func stop(_ walk: ExplainedWalk, _ failure: WalkFailure) -> String {
    var text = "The walk stops"
    switch (failure.stage, failure.level) {
    case (.first, let level?): text += " at \(guestEntry(walk.isa, level))"
    case (.second, let level?): text += " at \(hostEntry(walk, level))"
    case (.first, nil): text += " before it reads a table of the guest"
    case (.second, nil): text += " before it reads a table of the hypervisor"
    }
    guard failure.stage == .second else { return text }
    switch failure.context {
    case .finalAccess: return text + ", on the access itself"
    case .tableRead:
      return text + ", on the read of \(guestEntry(walk.isa, failure.guestLevel ?? 0))"
    case .tableUpdate:
      return text + ", on the update of \(guestEntry(walk.isa, failure.guestLevel ?? 0))"
    }
  }
}

extension WalkFailure.Reason {
  /// The reason in words.
  var words: String {
    switch self {
    case .addressTooWide: "the address has bits that the translation does not"
    case .notCanonical: "the address is not canonical"
    case .walkDisabled: "walks of this half of the address space are disabled"
    case .sizeOutOfRange: "the registers give the tables a size that they can't have"
    case .notPresent: "the entry is not present"
    case .reserved: "the entry has a reserved bit or encoding"
    case .addressSize: "the entry holds an address that is too wide"
    case .accessFlag: "the accessed flag is clear, and software must set it"
    case .dirtyFlag: "the dirty flag is clear, and software must set it"
    case .permission: "the rights do not suffice"
    case .protectionKey: "the page's protection key denies the access"
    case .absentMemory: "the given memory has nothing there"
    }
  }
}
