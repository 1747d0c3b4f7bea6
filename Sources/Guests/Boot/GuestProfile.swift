import Paging

/// What a guest does from its launch on, as a value: the same value gives the same steps.
///
/// A profile knows nothing of what a touch costs: it says what the guest's processor works, touches and
/// waits for, and a model of the hypervisor plays it.
public struct GuestProfile: Sendable, Hashable {
  /// The profile's name.
  public var name: String
  /// Where the guest's memory lies.
  public let layout: GuestLayout
  /// The phases, in their order.
  public var phases: [GuestPhase]
  /// How the guest maps its memory for itself.
  public var mapping: GuestMapping
  /// What sets this guest apart from others of the profile, if anything does.
  public var variant: GuestVariant?
  let recording: ScaledRecording?

  /// Instructions that a processor executes in a microsecond where nobody says otherwise: assumed, as
  /// one instruction a cycle at 3 GHz.
  public static let assumedInstructionsPerMicrosecond: UInt64 = 3000

  /// A profile of phases that need no recording.
  public init(_ name: String, _ layout: GuestLayout, phases: [GuestPhase], mapping: GuestMapping) {
    for phase in phases {
      if case .recorded = phase.work { preconditionFailure("a recorded phase needs a recording") }
    }
    self.name = name
    self.layout = layout
    self.phases = phases
    self.mapping = mapping
    recording = nil
  }

  /// A recorded boot in a guest whose memory is as `layout` says, ready at the recording's end.
  ///
  /// A phase before the kernel's runs without paging or through tables of its own.
  public init(
    _ trace: BootTrace, _ layout: GuestLayout,
    instructionsPerMicrosecond: UInt64 = Self.assumedInstructionsPerMicrosecond
  ) throws(GuestProfileProblem) {
    let scaled = try ScaledRecording(
      trace, layout, instructionsPerMicrosecond: instructionsPerMicrosecond)
    name = trace.name
    self.layout = layout
    recording = scaled
    let kernel = trace.phases.firstIndex { $0.name == "kernel" } ?? 0
    let source =
      "recorded: \(trace.kernel); \(instructionsPerMicrosecond) instructions a microsecond, assumed"
    phases = trace.phases.enumerated().map { number, phase in
      GuestPhase(
        phase.name, .recorded(phase: number), waitNanoseconds: phase.idleMicroseconds * 1000,
        addressing: number < kernel ? .physical : .mapped,
        endsReady: number == trace.phases.count - 1, source: source)
    }
    // The direct map of Linux with 4-level tables: in pages of 2 MiB as long as its tables have room
    // where the recorded guest's lay.
    mapping = GuestMapping(
      .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: 2 << 20,
      tablePages: scaled.pages(.guestTables))
    let room = UInt64(mapping.tableRange.count >> 12)
    if mapping.tables(upTo: layout.end) > room { mapping.pageBytes = 1 << 30 }
  }

  /// The steps, from the launch to the end of the last phase.
  public func steps() -> GuestSteps { GuestSteps(self) }

  /// The nanoseconds that the processor works in a phase; a variant's are another number.
  public func computeNanoseconds(_ phase: Int) -> UInt64 {
    switch phases[phase].work {
    case .runs(_, let nanoseconds): return nanoseconds
    case .recorded(let number):
      guard let recording else { return 0 }
      let instructions = recording.phases[number].instructions
      return recording.nanoseconds(instructions &+ recording.grownInstructions(number))
    }
  }

  /// The nanoseconds until the guest is ready if no touch costs anything.
  public var readyNanoseconds: UInt64 {
    var work: UInt64 = 0
    var wait: UInt64 = 0
    for (number, phase) in phases.enumerated() {
      work += computeNanoseconds(number)
      wait += phase.waitNanoseconds
      if phase.endsReady { break }
    }
    return (variant?.scaled(work) ?? work) + wait
  }

  // MARK: The launch

  /// The profile with a phase before the guest's first instruction: what the monitor works and waits
  /// for until then.
  public func launched(
    computeNanoseconds: UInt64, waitNanoseconds: UInt64 = 0, source: String
  ) -> GuestProfile {
    var profile = self
    profile.phases.removeAll { $0.addressing == .none }
    profile.phases.insert(
      GuestPhase(
        "launch", .runs([], nanoseconds: computeNanoseconds), waitNanoseconds: waitNanoseconds,
        addressing: .none, source: source),
      at: 0)
    return profile
  }

  /// The profile with the launch that one measured boot tells: what the measured time to readiness
  /// leaves when the guest's own work and what its touches cost are taken from it.
  ///
  /// Gives nothing where nothing is left: then the rest is priced too high.
  public func launched(
    readyAfterNanoseconds measured: UInt64, touchNanoseconds: UInt64 = 0, source: String
  ) -> GuestProfile? {
    var profile = self
    profile.phases.removeAll { $0.addressing == .none }
    let (known, overflows) = profile.readyNanoseconds.addingReportingOverflow(touchNanoseconds)
    guard !overflows, known <= measured else { return nil }
    return launched(
      computeNanoseconds: 0, waitNanoseconds: measured - known, source: source)
  }
}
