import Costs
import Hypervisor
import Testing

/// The published worst cases (PVM, SOSP '23, sections 2.2 and 3.3.2), played.
@Suite("switches of a nested fault") struct NestedCountTests {
  /// The sizes of a play: the levels of all tables and the pages of L2's programs.
  static let sizes: [(levels: Int, pageBytes: UInt64)] = [
    (4, 4096), (5, 4096), (4, 2 << 20), (5, 2 << 20), (4, 1 << 30), (5, 1 << 30),
  ]

  @Test(
    "V1: the empty case has the published counts",
    arguments: [
      (NestingScheme.extended, 14, 7), (.shadow, 24, 12), (.paravirtual, 12, 0),
    ])
  func emptyCase(scheme: NestingScheme, switches: Int, exits: Int) throws {
    var machine = try NestedMachine(scheme)
    let touch = try machine.touch()
    #expect(touch.switches == switches)
    #expect(touch.exits == exits)
  }
}
