/// What one virtual machine used at several times.
public struct MachineSamples: Sendable, Hashable {
  /// The machine's name.
  public let name: String
  /// The samples in the order of their times.
  public internal(set) var samples: [Sample]

  /// What was used at a time.
  public struct Sample: Sendable, Hashable {
    /// The time in microseconds, from wherever the source counts.
    public let microseconds: Int64
    /// The host memory that the machine held, in bytes.
    public let residentBytes: UInt64
    /// The memory that it used of late, in bytes, where that is known.
    public let workingSetBytes: UInt64?

    /// A sample.
    public init(microseconds: Int64, residentBytes: UInt64, workingSetBytes: UInt64?) {
      self.microseconds = microseconds
      self.residentBytes = residentBytes
      self.workingSetBytes = workingSetBytes
    }
  }

  /// A machine with its samples.
  public init(_ name: String, _ samples: [Sample]) {
    self.name = name
    self.samples = samples
  }
}
