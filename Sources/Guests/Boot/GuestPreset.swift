import Paging

/// The profiles that come with the library.
public enum GuestPreset: String, Sendable, Hashable, CaseIterable {
  /// Debian's kernel from a PC's firmware to its first programs, as recorded.
  case debianBoot = "debian-boot"
  /// The same kernel in a minimal machine: unpacked by the monitor, with next to no firmware.
  case microvm
  /// A large guest that boots as Debian does, and then takes most of its memory in pages of 1 GiB.
  case large1G = "large-1g"

  /// The memory that the guest has where nobody says otherwise.
  public var memoryBytes: UInt64 {
    switch self {
    case .debianBoot: 4 << 30
    case .microvm: 256 << 20
    case .large1G: 64 << 30
    }
  }

  /// What the preset is, as a sentence.
  public var summary: String {
    switch self {
    case .debianBoot: "Debian's kernel on a PC, from the firmware to its first programs, recorded."
    case .microvm: "Debian's kernel, loaded unpacked into a minimal machine, recorded."
    case .large1G: "The recorded Debian boot, then a program that fills pages of 1 GiB."
    }
  }

  /// The profile of a guest with so much memory.
  public func profile(
    memoryBytes: UInt64? = nil,
    instructionsPerMicrosecond: UInt64 = GuestProfile.assumedInstructionsPerMicrosecond
  ) throws(GuestProfileProblem) -> GuestProfile {
    let layout = GuestLayout(memoryBytes: memoryBytes ?? self.memoryBytes)
    let recording = self == .microvm ? RecordedBoot.microvm : .debian
    var profile = try GuestProfile(
      recording.trace, layout, instructionsPerMicrosecond: instructionsPerMicrosecond)
    profile.name = rawValue
    switch self {
    case .debianBoot: break
    case .microvm:
      // Firecracker's SPECIFICATION.md: starting the monitor takes 8 ms of a CPU.
      return profile.launched(
        computeNanoseconds: 8_000_000, source: "Firecracker's specification: 8 CPU-ms")
    case .large1G: try profile.takeLargePages()
    }
    return profile.launched(computeNanoseconds: 100_000_000, source: "assumed")
  }
}

extension GuestProfile {
  /// Zeroing memory, in bytes a nanosecond: assumed.
  private static let zeroedBytesPerNanosecond: UInt64 = 10

  /// Adds a phase in which the guest zeroes pages of 1 GiB, as many as its memory behind the hole has
  /// beside what the kernel holds at its end; the guest's map has pages of that size too.
  fileprivate mutating func takeLargePages() throws(GuestProfileProblem) {
    let page: UInt64 = 1 << 30
    let kept = layout.structPages << 12 + 128 << 20
    let pages = layout.highBytes > kept ? (layout.highBytes - kept) / page : 0
    guard pages > 0 else {
      throw .memoryTooSmall(bytes: layout.memoryBytes, leastBytes: 5 << 30)
    }
    mapping.pageBytes = page
    for index in phases.indices { phases[index].endsReady = false }
    let run = GuestPhase.Run(
      page: layout.holeEnd.value >> 12, count: pages * page >> 12, kind: .write)
    phases.append(
      GuestPhase(
        "large-pages", .runs([run], nanoseconds: pages * page / Self.zeroedBytesPerNanosecond),
        endsReady: true, source: "assumed: 10 GB/s"))
  }
}
