public import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

extension LoggingPhases {
  /// Plays the phases, priced by a profile.
  public func run(_ profile: CostProfile) throws(LoggingPhasesError) -> [LoggingPhase] {
    precondition(problems.isEmpty, "the numbers are refused: \(problems)")
    var machine: LoggedMachine
    do throws(MachineError) {
      machine = try LoggedMachine(self)
    } catch {
      throw .machine(error)
    }
    var phases = PhaseRecorder(self, profile)
    try phases.recordAll(.populate, &machine) { machine, processor throws(LoggingPhasesError) in
      try machine.populate(processor)
    }
    try phases.record(.enable, &machine) { machine throws(LoggingPhasesError) in
      try machine.enable()
    }
    for iteration in 0..<iterations {
      try phases.recordAll(.dirty, iteration: iteration + 1, &machine) {
        machine, processor throws(LoggingPhasesError) in
        try machine.write(processor, iteration: iteration)
      }
      try phases.record(.get, iteration: iteration + 1, &machine) {
        machine throws(LoggingPhasesError) in
        machine.get()
      }
      try phases.record(.clear, iteration: iteration + 1, &machine) {
        machine throws(LoggingPhasesError) in
        machine.clear()
      }
      if scansAccess { try scan(iteration, &machine, &phases) }
    }
    try phases.record(.disable, &machine) { machine throws(LoggingPhasesError) in
      machine.disable()
    }
    guard keepsWriting else { return phases.phases }
    try phases.extend(&machine) { machine, processor throws(LoggingPhasesError) in
      try machine.write(processor, iteration: iterations)
    }
    return phases.phases
  }

  /// Marks what was accessed as idle, and has each processor read what it wrote.
  private func scan(
    _ iteration: Int, _ machine: inout LoggedMachine, _ phases: inout PhaseRecorder
  ) throws(LoggingPhasesError) {
    try phases.record(.scan, iteration: iteration + 1, &machine) {
      machine throws(LoggingPhasesError) in
      machine.scan()
    }
    try phases.recordAll(.read, iteration: iteration + 1, &machine) {
      machine, processor throws(LoggingPhasesError) in
      try machine.read(processor, iteration: iteration)
    }
  }
}
