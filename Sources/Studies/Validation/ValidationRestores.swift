import Simulation

/// Machines that are restored at once, the working set of each read from one storage in large pieces.
///
/// What one takes alone beside its bytes is the same for each, for it has a processor; the bytes of all
/// share the storage's bandwidth in equal parts.
struct ValidationRestores {
  private let bytes: UInt64
  private let bytesPerSecond: UInt64
  /// What a machine takes beside its bytes.
  let rest: VirtualDuration

  /// Machines of which one alone took so long.
  init(
    bytes: UInt64, bitsPerSecond: UInt64, alone: ValidationPoint
  ) throws(ValidationError) {
    guard alone.processors == 1 else {
      throw .notFitted("it needs the time of one machine alone")
    }
    let moving = ValidationTransfer.picoseconds(bytes, bitsPerSecond)
    guard moving < Double(alone.picoseconds) else {
      throw .notFitted("the bytes alone take longer than was published")
    }
    self.bytes = bytes
    bytesPerSecond = max(bitsPerSecond / 8, 1)
    rest = VirtualDuration(picoseconds: Int64(Double(alone.picoseconds) - moving))
  }

  /// When the last of so many is restored.
  func picoseconds(machines: Int) throws(ValidationError) -> Double {
    var engine = Engine(
      actors: machines, processors: machines,
      slice: VirtualDuration(picoseconds: Int64.max / 4))
    let rate = Int64(clamping: bytesPerSecond)
    let storage = engine.add(Bandwidth("storage", bytesPerSecond: rate, mostForOne: rate))
    var program = Restores(
      [.compute(rest), .move(storage, bytes: Int64(clamping: bytes)), .finish], count: machines)
    do throws(EngineError) {
      try engine.run(&program)
    } catch {
      throw .engine(error)
    }
    return Double(engine.now.picoseconds)
  }

  /// What each machine does.
  private struct Restores: Program {
    private let steps: [Step]
    private var next: [Int]

    init(_ steps: [Step], count: Int) {
      self.steps = steps
      next = Array(repeating: 0, count: count)
    }

    mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
      defer { next[actor.value] += 1 }
      return steps[next[actor.value]]
    }
  }
}
