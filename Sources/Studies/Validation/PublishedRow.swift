/// A row of published figures, as `Docs/Costs.md` lists them, and the posting or paper it was read in.
///
/// What one paper says in two tables was measured by the same people on the same machine: who takes a
/// number from the one has not predicted the other.
public struct PublishedRow: Sendable, Hashable {
  /// Its id.
  public let id: String
  /// What the rows that were read in one place have in common.
  public let source: String

  /// All rows but those of the source texts' figures, in the order of the page.
  public static let all: [PublishedRow] = sources.flatMap { source, rows in
    rows.map { PublishedRow(id: $0, source: source) }
  }

  /// The row with an id, if there is one.
  public init?(_ id: String) {
    if let row = Self.all.first(where: { $0.id == id }) {
      self = row
    } else if Self.isFigure(id) {
      // The five texts quote each other's figures without saying so.
      self.init(id: id, source: "the source texts")
    } else {
      return nil
    }
  }

  private init(id: String, source: String) {
    self.id = id
    self.source = source
  }

  /// Whether an id is that of a figure of the source texts: F and two digits.
  private static func isFigure(_ id: String) -> Bool {
    id.count == 3 && id.first == "F" && id.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }

  private static let sources: [(source: String, rows: [String])] = [
    ("Huang et al., PVM, SOSP '23", ["X1", "1b", "X4", "X6"]),
    ("mail to kvm, 1 Nov 2023, ZUIwt6jWBN037XVf@monolith", ["X7", "X8"]),
    ("20210112181041.356734-1-bgardon@google.com", ["P1", "P2"]),
    ("20220118015703.3630552-1-jingzhangos@google.com", ["P4", "P5"]),
    ("Linux commit 4ca9b3859dac", ["Z1"]),
    ("J. Kohler, qemu-devel, Nov 2025", ["Z3"]),
    ("A. Arora, mm/folio_zero_user, v6", ["Z4"]),
    ("A. Arora, x86/clear_huge_page", ["Z5"]),
    ("20211213225918.672507-1-dmatlack@google.com", ["D1"]),
    ("Linux commit 3c9bd4006b", ["D6"]),
    ("20200702135556.36896-1-zhukeqian1@huawei.com", ["D8"]),
    ("Linux commit 924a11bd1623", ["K3"]),
    ("Ustiugov et al., REAP, ASPLOS '21", ["S1", "S3"]),
    ("Firecracker, NSDI '20, artifact", ["B1"]),
    ("nviennot/core-to-core-latency, results", ["C1", "C2", "C3"]),
    ("20220829165659.96046-1-peterx@redhat.com", ["U2"]),
    ("M. Mishra's reply to 20220829165659.96046-1-peterx@redhat.com", ["U3"]),
    ("20220624173656.2033256-1-jthoughton@google.com", ["U5"]),
    ("20210815005947.83699-1-gshan@redhat.com", ["U6"]),
    ("Zhang et al., DMT, ASPLOS '24", ["W1"]),
    ("Bhargava et al., ASPLOS '08", ["W2"]),
    ("Linux 6.12.117", ["L1"]),
  ]
}
