extension GuestFormat {
  /// The format's own version of all that is done with tables.
  var editing: any EditableFormat.Type {
    switch self {
    case .x86Level4, .x86Level5: X86Format.self
    case .arm4K: ArmStage1Format<ArmGranule4K>.self
    case .arm16K: ArmStage1Format<ArmGranule16K>.self
    case .arm64K: ArmStage1Format<ArmGranule64K>.self
    case .sv39, .sv48, .sv57: RISCVFormat.self
    }
  }
}
