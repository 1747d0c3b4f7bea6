internal import Records

/// The machine of a Firecracker configuration file, or of the body of `PUT /machine-config`.
public struct FirecrackerMachine: Sendable, Hashable {
  /// The virtual processors.
  public var processors: Int
  /// The memory in bytes.
  public var memoryBytes: UInt64
  /// Whether the memory is of 2M pages from a pool.
  public var usesHugePages = false
  /// Whether pages that were written to are logged.
  public var tracksDirtyPages = false
  /// The balloon, if the machine has one.
  public var balloon: Balloon?

  /// A Firecracker balloon.
  public struct Balloon: Sendable, Hashable {
    /// How much it takes, in bytes.
    public var bytes: UInt64 = 0
    /// How often the guest sends statistics, in seconds; 0 where it sends none.
    public var statisticsSeconds: Int = 0
    /// Whether the guest tells of free pages.
    public var reportsFreePages = false
  }

  /// The machine that a text describes, or everything that is wrong with it.
  public static func read(_ bytes: [UInt8], name: String) throws(ImportError) -> Self {
    var reader = FirecrackerReader(bytes, name: name)
    do throws(JSONError) {
      try reader.readFile()
      reader.checkBalloon()
    } catch {
      reader.problems.append(
        ImportProblem(
          Self.sentence(error), in: name, at: JSONReader(bytes).position(of: error.offset)))
    }
    guard reader.problems.isEmpty, let processors = reader.processors, let memory = reader.memory
    else {
      if reader.problems.isEmpty { reader.reportMissing() }
      throw ImportError(reader.problems)
    }
    var machine = Self(processors: processors, memoryBytes: memory)
    machine.usesHugePages = reader.usesHugePages
    machine.tracksDirtyPages = reader.tracksDirtyPages
    machine.balloon = reader.balloon
    return machine
  }

  /// The reader's sentence as the part of a diagnostic.
  private static func sentence(_ error: JSONError) -> String {
    let text = error.description
    return text.prefix(1).lowercased() + text.dropFirst(1).dropLast(text.hasSuffix(".") ? 1 : 0)
  }
}
