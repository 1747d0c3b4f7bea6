/// What becomes of services on a host with less memory than they would like to have.
public struct PressureStudy: Sendable, Hashable {
  /// The host.
  public var host: PressureHost
  /// The groups above services, each behind the one that it is in.
  public var slices: [PressureSlice] = []
  /// The services.
  public var services: [PressureService]
  /// How long is measured, in nanoseconds, from when all memory has been written once.
  public var durationNanoseconds: UInt64 = 60_000_000_000
  /// One page of the model stands for so many: sizes, growth and the touches of a request are divided
  /// by it, and what a request computes is shared out among fewer touches.
  ///
  /// Shares of time, and rates of faults once counts are multiplied again, stay what they are as long
  /// as storage is no bottleneck; see Docs/Reclaim.md.
  public var scale: UInt64 = 1
  /// What the touches are drawn from.
  public var seed: UInt64 = 1

  /// Services on a host.
  public init(_ host: PressureHost, _ services: [PressureService]) {
    self.host = host
    self.services = services
  }

  /// The most pages that the model keeps.
  public static let mostPages: UInt64 = 1 << 26
  /// The most pages of a machine, each of which has an entry in its second stage.
  public static let mostMachinePages: UInt64 = 1 << 22
  /// The most touches that it makes.
  public static let mostTouches: UInt64 = 400_000_000
  /// The most that a request computes, in nanoseconds.
  static let mostRequestWork: UInt64 = 1_000_000_000_000_000_000

  /// The model's pages of so many bytes.
  func pages(_ bytes: UInt64) -> UInt64 { bytes / 4096 / scale }

  /// The pages of a service in the model: anonymous, of files, and those of its growth.
  func pages(of service: PressureService) -> (anon: UInt64, file: UInt64, growth: UInt64) {
    let seconds = Double(durationNanoseconds) / 1e9
    let growth = UInt64(Double(service.growthBytes) * seconds / 4096 / Double(scale)) + 1
    return (
      pages(service.memoryBytes), pages(service.fileBytes), service.growthBytes == 0 ? 0 : growth
    )
  }

  /// The number of a service's group in the host's memory: the root is 0, and slices come first.
  func group(of service: Int) -> Int { slices.count + 1 + service }

  /// The number of a slice's group.
  func group(ofSlice name: String?) -> Int? {
    name.flatMap { name in slices.firstIndex { $0.name == name } }.map { $0 + 1 }
  }

  /// What is wrong with its slices, each as a sentence.
  public var sliceProblems: [String] {
    var problems: [String] = []
    for (number, slice) in slices.enumerated() {
      let before = slices[..<number].map(\.name)
      if before.contains(slice.name) { problems.append("There are two slices “\(slice.name)”.") }
      if let above = slice.slice, !before.contains(above) {
        problems.append("No slice “\(above)” stands before “\(slice.name)”, which is in it.")
      }
    }
    for service in services {
      guard let above = service.slice, !slices.contains(where: { $0.name == above }) else {
        continue
      }
      problems.append("“\(service.name)” is in “\(above)”, and there is no such slice.")
    }
    return problems
  }

  /// What is wrong with it, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    let all = services.reduce(UInt64(0)) {
      let pages = pages(of: $1)
      return $0 + pages.anon + pages.file + pages.growth
    }
    if all > Self.mostPages {
      problems.append(
        "The services touch \(all) pages, and \(Self.mostPages) can be modelled: a larger scale would"
          + " fit.")
    }
    for service in services where service.workers > 0 && service.touches > 0 {
      if (service.memoryBytes + service.fileBytes) / 4096 / scale == 0, service.growthBytes == 0 {
        problems.append("“\(service.name)” has no memory to touch at this scale.")
      }
      if service.memoryBytes + service.fileBytes > 0, !(service.hotShare > 0) {
        problems.append(
          "“\(service.name)” makes requests, and none of its memory is hot for them to touch: a"
            + " hot part above 0, or 0 touches, would fit.")
      }
      let work = service.touches.multipliedFullWidth(by: service.workNanoseconds)
      if work.high > 0 || work.low > Self.mostRequestWork {
        problems.append(
          "A request of “\(service.name)” computes for longer than 30 years: fewer touches, or"
            + " less work with each, would fit.")
      }
    }
    problems += sliceProblems
    if host.scanner != nil, host.processors == nil {
      problems.append(
        "A scanner takes nothing from anybody where processors are never short: a number of them would"
          + " fit.")
    }
    for service in services {
      guard let machine = service.machine else { continue }
      problems += machine.problems.map { "“\(service.name)”: " + $0 }
      if service.fileBytes > 0 {
        problems.append(
          "“\(service.name)” is a machine: what it reads of files is its own kernel's, and the host has none of"
            + " it.")
      }
      let pages = pages(of: service)
      if pages.anon + pages.growth > Self.mostMachinePages {
        problems.append(
          "“\(service.name)” has \(pages.anon + pages.growth) pages, and a machine"
            + " \(Self.mostMachinePages) at most: a larger scale would fit.")
      }
    }
    let touches = services.reduce(0.0) {
      // A request of fewer touches than the scale is played all the same, with a touch or without.
      let together = $1.touches == 0 ? scale : min(scale, $1.touches)
      return $0 + Double(durationNanoseconds) * Double($1.workers)
        / max(Double($1.workNanoseconds) * Double(together), 1)
    }
    if touches > Double(Self.mostTouches) {
      problems.append(
        "The services make up to \(Int(touches)) touches, and \(Self.mostTouches) can be played: a"
          + " shorter time, a larger scale, or more work with each touch would fit.")
    }
    return problems
  }
}
