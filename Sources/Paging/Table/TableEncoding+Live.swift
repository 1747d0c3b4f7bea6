extension TableEncoding {
  /// Carries out one edit under running walks, and says what it has done.
  func perform<Observer: EditObserver>(
    _ change: LiveChange, on tables: inout StageTables, _ session: inout LiveSession<Observer>,
    _ memory: inout PhysicalMemory
  ) throws(TableError) {
    switch self {
    case .ept: try tables.perform(change, EPTFormat.self, &session, &memory)
    case .x86: try tables.perform(change, X86Format.self, &session, &memory)
    case .riscv: try tables.perform(change, RISCVFormat.self, &session, &memory)
    case .armStage1Granule4K:
      try tables.perform(change, ArmStage1Format<ArmGranule4K>.self, &session, &memory)
    case .armStage1Granule16K:
      try tables.perform(change, ArmStage1Format<ArmGranule16K>.self, &session, &memory)
    case .armStage1Granule64K:
      try tables.perform(change, ArmStage1Format<ArmGranule64K>.self, &session, &memory)
    case .armStage2Granule4K:
      try tables.perform(change, ArmStage2Format<ArmGranule4K>.self, &session, &memory)
    case .armStage2Granule16K:
      try tables.perform(change, ArmStage2Format<ArmGranule16K>.self, &session, &memory)
    case .armStage2Granule64K:
      try tables.perform(change, ArmStage2Format<ArmGranule64K>.self, &session, &memory)
    }
  }
}
