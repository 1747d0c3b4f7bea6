public import Costs
public import HostMemory
import Hypervisor
public import Paging

/// A machine that is moved to another host while it runs, or several over one link.
public struct MigrationStudy: Sendable, Hashable {
  /// The format of the second stage's tables.
  public var host: HostFormat
  /// What everything costs.
  public var profile: CostProfile
  /// The memory of the machine.
  public var memoryBytes: UInt64
  /// The memory that holds anything else than zeros, from its start.
  public var usedBytes: UInt64
  /// The virtual processors.
  public var processors = 1
  /// The largest pages that memory is backed with, on both hosts.
  public var backing = FrameOrder.small
  /// What the guest writes.
  public var writer: GuestWriter
  /// How its writes are tracked.
  public var tracking = WriteTracking()
  /// The network.
  public var link = MigrationLink()
  /// When rounds end.
  public var precopy = PrecopyPolicy()
  /// How pages follow, if the guest is moved before they have all been sent.
  public var postcopy: PostcopyPolicy?
  /// What the processors and devices hold beside memory.
  public var stateBytes: UInt64 = 4 << 20
  /// How long after its switch the guest is watched, in picoseconds.
  public var watchedPicoseconds: Int64 = 1_000_000_000_000
  /// How many such machines are moved.
  public var machines = 1
  /// How many of them at the same time; those that send have equal parts of the link.
  public var atOnce = 1
  /// Where the random generators start.
  public var seed: UInt64 = 1

  /// A machine that is full and writes as `writer` says.
  public init(
    _ host: HostFormat, memoryBytes: UInt64, writer: GuestWriter, profile: CostProfile
  ) {
    self.host = host
    self.memoryBytes = memoryBytes
    usedBytes = memoryBytes
    self.writer = writer
    self.profile = profile
  }

  /// The most memory of a machine.
  public static let mostBytes: UInt64 = 1 << 40
  /// The most writes that are played of a machine, as far as rates and limits tell before.
  public static let mostWrites = 2_000_000_000.0
  /// The longest that all of a machine's memory may be under way, in picoseconds: a day.
  public static let longestRound: Int64 = 86_400_000_000_000_000
  /// The longest that all machines may be under way, in picoseconds: 53 days.
  public static let longestMove: Int64 = 1 << 62

  /// The network as one of the machines sees it while as many send as may: never less is its.
  public var ownLink: MigrationLink {
    var own = link
    let lanes = UInt64(max(1, min(atOnce, machines)))
    own.bitsPerSecond = max(1, link.bitsPerSecond / lanes)
    return own
  }

  /// What is wrong with it, each as a sentence, and what of it has to be changed.
  public var problems: [(part: String, sentence: String)] {
    var problems: [(part: String, sentence: String)] = []
    func note(_ part: String, _ sentence: String) { problems.append((part, sentence)) }
    if usedBytes > memoryBytes { note("machine", "More memory is used than there is.") }
    if writer.bytes > memoryBytes { note("writer", "More memory is written than there is.") }
    for phase in writer.phases {
      if let bytes = phase.bytes, bytes > memoryBytes {
        note("writer", "A phase writes more memory than there is.")
      }
      if case .recorded(let pages) = phase.pattern, pages.isEmpty {
        note("writer", "A recording has no page.")
      }
    }
    if let problem = tracking.mechanism.ringProblem { note("tracking", problem) }
    if case .dirtyLimit = precopy.brake {
      if case .ring = tracking.mechanism {
      } else {
        note("tracking", "A dirty limit goes by dirty rings: the mechanism must be a ring.")
      }
    }
    return problems + linkProblems + lengthProblems
  }
}
