public import Costs
public import HostMemory

/// What merging gives back to a host with a fleet of VMs, as time passes.
public struct MergingStudy: Hashable, Sendable {
  /// How many VMs there are.
  public var vms = 10
  /// The memory of each, all of it in use from its boot on.
  public var bytesPerVM: UInt64 = 1 << 30
  /// What is in it.
  public var mix = FleetMix()
  /// Over how many seconds the VMs boot, one after another; 0 for all at once.
  public var bootSeconds = 0.0
  /// Whether the host backs the VMs with 2M pages, which merging must break.
  public var isHuge = false
  /// How long the fleet is watched.
  public var seconds = 1800.0
  /// How often the counters are read in that time.
  public var samples = 10
  /// The scanner's settings.
  public var settings = MergingSettings()
  /// The host's memory for the VMs, where it is asked whether they fit.
  public var hostBytes: UInt64?
  /// How many pages of zeros or of its image each VM writes to in a second, at random: what it writes is its
  /// own from then on.
  public var writesPerSecond = 0.0
  /// What a write to a shared page is priced by, if it is.
  public var profile: CostProfile?

  /// The processors that the VMs and the scanner share; nothing where they are never short.
  public var processors: Int?
  /// How long one keeps its processor while others wait, in nanoseconds; the kernel's `BaseSlice` if not given.
  public var sliceNanoseconds: UInt64?
  /// What each VM computes from its boot on until it is ready, in seconds, on one virtual processor.
  public var workSeconds = 0.0

  /// Ten VMs of 1 GiB.
  public init() {}

  /// The pages of each VM.
  public var pagesPerVM: Int { Int(bytesPerVM / 4096) }

  /// What is wrong with the study, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    if vms < 1 { problems.append("There must be at least one VM.") }
    if bytesPerVM < 4096 || !bytesPerVM.isMultiple(of: isHuge ? 2 << 20 : 4096) {
      problems.append(
        "The memory of a VM must be whole \(isHuge ? "2M" : "4K") pages; it is \(bytesPerVM) bytes."
      )
    }
    if vms >= 1, bytesPerVM / 4096 > UInt64(Self.mostPages / vms) {
      problems.append("The VMs have more than \(Self.mostPages) pages together.")
    }
    let parts = [mix.zeroPercent, mix.commonPercent, mix.volatilePercent]
    if parts.contains(where: { !(0...100 ~= $0) }) || parts.reduce(0, +) > 100 {
      problems.append("The parts of the mix must be from 0 to 100 % and 100 % together at most.")
    }
    if mix.images < 1 { problems.append("There must be at least one image.") }
    if !(seconds > 0), seconds <= 1e7 {
      problems.append("The fleet must be watched for some time.")
    }
    if seconds > 1e7 { problems.append("The fleet can be watched for 10,000,000 seconds at most.") }
    if !(0...1e7 ~= bootSeconds) {
      problems.append("The VMs can take from 0 to 10,000,000 seconds to boot.")
    }
    if samples < 1 || samples > 10_000 {
      problems.append("The number of samples must be from 1 to 10000.")
    }
    if !(0...Self.mostWrites ~= writesPerSecond * Double(max(vms, 1)) * max(seconds, 0)) {
      problems.append(
        "The VMs can write to \(Int(Self.mostWrites)) pages at most while they are watched.")
    }
    if processors != nil {
      if !(0...Self.mostWork ~= workSeconds) {
        problems.append("A VM's work can take from 0 to \(Int(Self.mostWork)) seconds.")
      } else if seconds > Self.mostWork || Double(vms) * workSeconds > Self.mostWork {
        problems.append(
          "On processors that can be short, a fleet's work and the time that it is watched are"
            + " \(Int(Self.mostWork)) seconds at most.")
      }
    }
    if settings.sleepMilliseconds == 0, settings.cost.scanNanoseconds == 0 {
      problems.append("Without sleep and without cost no time passes.")
    }
    return problems
  }

  /// As many pages as 256 GiB have.
  private static let mostPages = 64 << 20

  /// The longest that an execution on processors lasts, in seconds: later moments have no number.
  private static let mostWork = 1e6

  /// The most writes that are played.
  private static let mostWrites = 1e8

  /// The memory of all VMs.
  public var bytesOfVMs: UInt64 { UInt64(vms) * bytesPerVM }

  /// The memory that would be given back if every page were merged that ever can be.
  public var ceilingBytes: Int {
    var zero = 0
    var common = 0
    for page in 0..<pagesPerVM {
      switch mix.kind(of: page) {
      case .zero: zero += 1
      case .common: common += 1
      case .volatile, .own: break
      }
    }
    let zeros = vms * zero
    let kept = min(mix.images, vms) * common
    return (max(zeros - (settings.usesZeroPages ? 0 : 1), 0) + vms * common - kept) * 4096
  }

  /// Watches the fleet.
  public func outcome() throws(MergingError) -> MergingOutcome {
    var fleet = try MergedFleet(self)
    return processors == nil ? try fleet.run() : try fleet.runOnProcessors()
  }
}
