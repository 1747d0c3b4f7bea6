import Paging

/// What others say that a virtual machine takes beside its guest's memory.
public struct OverheadRule: Sendable, Hashable {
  /// A part of a rule.
  public struct Term: Sendable, Hashable {
    /// What it is for.
    public let name: String
    /// Its bytes.
    public let bytes: UInt64
    /// The parts of the model that are for the same.
    public let covers: [OverheadPart.Kind]
  }

  /// Whose rule it is.
  public let name: String
  /// Where it stands.
  public let source: String
  /// Its parts.
  public let terms: [Term]
  /// Why it differs from the parts of the model.
  public let remark: String

  /// What the rule adds in all.
  public var bytes: UInt64 { terms.reduce(0) { $0 + $1.bytes } }

  /// Each part of the rule beside what the model has at the worst for the same, and at the end what of the
  /// model no part of the rule is for.
  public func differences(
    from overhead: MachineOverhead
  ) -> [(name: String, rule: UInt64, model: UInt64)] {
    var rows = terms.map { term in
      let model = term.covers.reduce(UInt64(0)) { $0 + (overhead[$1]?.worst ?? 0) }
      return (name: term.name, rule: term.bytes, model: model)
    }
    let covered = terms.flatMap(\.covers)
    for part in overhead.parts
    where part.adds && part.kind != .guestMemory && !covered.contains(part.kind) {
      rows.append((name: part.kind.rawValue, rule: 0, model: part.worst))
    }
    return rows
  }

  /// The rules for a kind of machine.
  public static func all(for flavour: DensityFlavour) -> [Self] {
    [kubeVirt(flavour), openShift(flavour), nova(flavour), sourceTexts(flavour)]
  }

  private static let mebibyte: UInt64 = 1 << 20

  /// KubeVirt's formula (row B7), whose one thread for disks is always counted.
  public static func kubeVirt(_ flavour: DensityFlavour) -> Self {
    var terms = [
      Term(
        name: "tables, memory / 512", bytes: flavour.memoryBytes / 512,
        covers: [.secondStage, .tableRecords, .processTables]),
      Term(
        name: "launcher, libvirt and QEMU", bytes: (25 + 100 + 25 + 40 + 30) * mebibyte,
        covers: [.monitor, .firmware]),
      Term(
        name: "virtual processors", bytes: UInt64(flavour.processors) * 8 * mebibyte,
        covers: [.processors]),
      Term(name: "thread for disks", bytes: 8 * mebibyte, covers: [.ioThreads]),
      Term(name: "graphics", bytes: 32 * mebibyte, covers: [.video]),
    ]
    if flavour.host.isa == .arm {
      terms.append(Term(name: "arm64", bytes: 128 * mebibyte, covers: []))
    }
    if flavour.passedThrough > 0 {
      terms.append(Term(name: "devices passed through", bytes: 1024 * mebibyte, covers: []))
    }
    return Self(
      name: "KubeVirt", source: "B7", terms: terms,
      remark:
        "counts the worst of all programs of the pod, of which the model knows QEMU alone, and"
        + " one table where there are the second stage's and the process's")
  }

  /// OpenShift's rule.
  private static func openShift(_ flavour: DensityFlavour) -> Self {
    Self(
      name: "OpenShift", source: "its documentation of cluster requirements",
      terms: [
        Term(
          name: "0.002 of memory", bytes: flavour.memoryBytes / 500,
          covers: [.secondStage, .tableRecords, .processTables]),
        Term(name: "pod", bytes: 218 * mebibyte, covers: [.monitor, .firmware, .ioThreads]),
        Term(
          name: "virtual processors", bytes: UInt64(flavour.processors) * 8 * mebibyte,
          covers: [.processors]),
        Term(
          name: "graphics devices", bytes: flavour.videoBytes == nil ? 0 : 16 * mebibyte,
          covers: [.video]),
      ],
      remark: "is KubeVirt's with a rounder share for tables; older pages print 1.002 for 0.002")
  }

  /// What Red Hat's guide to OpenStack tells to keep for each machine.
  private static func nova(_ flavour: DensityFlavour) -> Self {
    Self(
      name: "Nova", source: "Red Hat OpenStack Platform 13's guide",
      terms: [
        Term(
          name: "each machine", bytes: 512 * mebibyte,
          covers: [
            .secondStage, .tableRecords, .processTables, .monitor, .firmware, .processors,
            .ioThreads, .video,
          ])
      ],
      remark:
        "is one figure for all machines: too much for small ones, too little for tables of 256"
        + " GiB in 4 KiB pages twice. Nova itself takes no more than the guest's memory off, and what"
        + " is reserved for the host must hold the rest")
  }

  /// The source texts' 1.004 (row F59): the second stage's tables and the guest's.
  private static func sourceTexts(_ flavour: DensityFlavour) -> Self {
    let shape = MachineOverhead.guestFormat(flavour.host.isa).shape
    let one = shape.count(mapping: [
      TableShape.MappedRange(start: 0, bytes: flavour.memoryBytes, pageBytes: 4096)
    ]).bytes
    return Self(
      name: "1.004 times", source: "F59",
      terms: [
        Term(name: "second stage's tables", bytes: one, covers: [.secondStage]),
        Term(name: "guest's tables", bytes: one, covers: []),
      ],
      remark: "counts the guest's tables, which lie in its memory, and leaves out the process's own"
        + " table, its program and the host's records of frames")
  }
}
