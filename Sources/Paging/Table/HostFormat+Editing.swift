extension HostFormat {
  /// The format's own version of all that is done with tables.
  var editing: any EditableFormat.Type {
    switch self {
    case .ept4, .ept5: EPTFormat.self
    case .npt4, .npt5: X86Format.self
    case .arm4K: ArmStage2Format<ArmGranule4K>.self
    case .arm16K: ArmStage2Format<ArmGranule16K>.self
    case .arm64K: ArmStage2Format<ArmGranule64K>.self
    case .sv39x4, .sv48x4, .sv57x4: RISCVFormat.self
    }
  }
}
