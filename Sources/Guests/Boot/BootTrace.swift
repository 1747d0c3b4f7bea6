/// A recorded boot: which pages of its memory a guest touches, in which order, how and when.
///
/// `Docs/BootTraces.md` describes the files that it is read from and written to.
public struct BootTrace: Sendable, Hashable {
  /// A part of the boot between two entry points.
  public struct Phase: Sendable, Hashable {
    /// What the phase is called.
    public var name: String
    /// The instructions that are executed in it.
    public var instructions: UInt64
    /// How long the guest was idle in it.
    public var idleMicroseconds: UInt64
    /// How many of the touches are in it.
    public var touches: Int

    /// A phase of a name.
    public init(_ name: String, instructions: UInt64, idleMicroseconds: UInt64 = 0, touches: Int) {
      self.name = name
      self.instructions = instructions
      self.idleMicroseconds = idleMicroseconds
      self.touches = touches
    }
  }

  /// Pages with a known use.
  public struct Region: Sendable, Hashable {
    /// What the pages are for.
    public var use: GuestPageUse
    /// Their numbers, in ascending order.
    public var ranges: [Range<UInt32>]

    /// The pages of a use.
    public init(_ use: GuestPageUse, _ ranges: [Range<UInt32>]) {
      self.use = use
      self.ranges = ranges
    }

    /// How many pages there are.
    public var pages: Int { ranges.reduce(0) { $0 + $1.count } }
  }

  /// Instructions in a tick.
  public static let tickInstructions: UInt64 = 1000
  /// A recorded guest's memory lies in one piece from 0: it ends below every machine's hole.
  public static let mostMemoryBytes: UInt64 = 2 << 30

  /// The recording's name.
  public var name: String
  /// The guest's kernel.
  public var kernel: String
  /// What ran the guest.
  public var emulator: String
  /// The machine that was emulated.
  public var machine: String
  /// The processor that was emulated.
  public var processor: String
  /// The guest's memory in bytes, from address 0 on without a hole.
  public var memoryBytes: UInt64
  /// The phases, in their order.
  public var phases: [Phase]
  /// The pages whose use is known; no page has two uses.
  public var regions: [Region]
  /// The touches, in their order.
  public var touches: [BootTouch]

  /// A recording of its parts.
  public init(
    name: String, kernel: String, emulator: String, machine: String, processor: String,
    memoryBytes: UInt64, phases: [Phase], regions: [Region], touches: [BootTouch]
  ) {
    self.name = name
    self.kernel = kernel
    self.emulator = emulator
    self.machine = machine
    self.processor = processor
    self.memoryBytes = memoryBytes
    self.phases = phases
    self.regions = regions
    self.touches = touches
  }

  /// All instructions of the boot.
  public var instructions: UInt64 { phases.reduce(0) { $0 + $1.instructions } }

  /// How many pages are touched at least once.
  public var pages: Int {
    var seen = [Bool](repeating: false, count: Int(memoryBytes >> 12))
    var count = 0
    for touch in touches where !seen[Int(touch.page)] {
      seen[Int(touch.page)] = true
      count += 1
    }
    return count
  }

  /// The use of every page of the memory.
  public var uses: [GuestPageUse] {
    var uses = [GuestPageUse](repeating: .other, count: Int(memoryBytes >> 12))
    for page in 0..<min(256, uses.count) { uses[page] = .firstMebibyte }
    for region in regions {
      for range in region.ranges {
        for page in range { uses[Int(page)] = region.use }
      }
    }
    return uses
  }
}
