import Paging

/// A walk told step by step.
struct Explanation {
  /// The explanation, each line ended.
  let text: String

  init(
    _ isa: ISA, _ address: GuestVirtual, _ access: Access, _ outcome: Outcome, _ trace: WalkTrace
  ) {
    var text = "\(isa.rawValue): a \(access.kind)"
    if access.isAddressTranslation { text += " by an address translation instruction" }
    text += " at guest-virtual \(address), with \(access.privilege) rights\n"
    let steps = trace.steps
    for (number, step) in steps.enumerated() {
      let place = step.place.description
      let level = isa.manualLevel(step.level)
      text += Self.column("\(number + 1)", 4, right: true)
      text += "  stage \(step.stage.rawValue) level \(level)"
      text += "  at \(Self.column(place, 14))  \(Self.entry(step.entry))"
      if step.stage == .first {
        text += "  (guest-physical \(GuestPhysical(step.address)))"
      } else if let served = Self.served(by: number, of: steps, outcome) {
        text += "  for the guest's level \(isa.manualLevel(served))"
        if step.context == .tableUpdate { text += ", to update it" }
      } else {
        text += "  for the access"
      }
      text += "\n"
    }
    switch outcome {
    case .translated(let found):
      text += "The access arrives at host-physical \(found.hostPhysical)"
      text += " by guest-physical \(found.guestPhysical):"
      text += " \(found.reads) table reads, \(found.updates) updates.\n"
    case .failed(let failure, let report):
      text += "The walk stops at stage \(failure.stage.rawValue)"
      if let level = failure.level { text += ", level \(isa.manualLevel(level))" }
      text += ": \(failure.reason.words).\n\(report.words)\n"
    case .refused(let error):
      text += "\(error)\n"
    }
    self.text = text
  }

  /// The level of the guest table that a read of stage 2 serves; nothing for the final access.
  private static func served(by number: Int, of steps: [WalkStep], _ outcome: Outcome) -> Int? {
    switch steps[number].context {
    case .finalAccess: return nil
    case .tableUpdate:
      return steps[..<number].last { $0.stage == .first }?.level
    case .tableRead:
      if let step = steps[number...].first(where: { $0.stage == .first }) { return step.level }
      if case .failed(let failure, _) = outcome { return failure.guestLevel ?? failure.level }
      return nil
    }
  }

  private static func entry(_ entry: UInt64) -> String {
    let digits = String(entry, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private static func column(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.utf8.count))
    return right ? space + text : text + space
  }
}

extension WalkFailure.Reason {
  /// The reason in words.
  var words: String {
    switch self {
    case .addressTooWide: "the address has bits that the translation does not"
    case .notCanonical: "the address is not canonical"
    case .walkDisabled: "walks of this half of the address space are disabled"
    case .notPresent: "the entry is not present"
    case .reserved: "the entry has a reserved bit or encoding"
    case .addressSize: "the entry holds an address that is too wide"
    case .accessFlag: "the accessed flag is clear, and software must set it"
    case .dirtyFlag: "the dirty flag is clear, and software must set it"
    case .permission: "the rights do not suffice"
    case .protectionKey: "the page's protection key denies the access"
    case .absentMemory: "the machine has no memory there"
    }
  }
}
