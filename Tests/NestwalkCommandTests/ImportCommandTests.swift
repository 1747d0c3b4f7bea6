import Foundation
import Testing

/// `nestwalk import` and `nestwalk capture-script` as a user runs them.
@Suite("The import command")
struct ImportCommandTests {
  private static let objects = """
    apiVersion: v1
    kind: List
    items:
      - apiVersion: v1
        kind: Node
        metadata: {name: worker-1}
        status:
          capacity: {cpu: "16", memory: 65536Mi, hugepages-2Mi: 1Gi}
          allocatable: {cpu: 15500m, memory: 60Gi, hugepages-2Mi: 1Gi}
          nodeInfo: {architecture: amd64}
      - apiVersion: kubevirt.io/v1
        kind: VirtualMachineInstance
        metadata: {name: web, namespace: shop}
        spec:
          domain:
            cpu: {sockets: 2, cores: 4}
            memory: {guest: 8Gi, hugepages: {pageSize: 2Mi}}
            devices: {disks: [{}, {}], interfaces: [{}], autoattachMemBalloon: false}
            firmware: {bootloader: {efi: {}}}
        status: {nodeName: worker-1}

    """

  @Test("Objects in documents of their own say the same as in a List")
  func documents() throws {
    let list = Self.objects.split(separator: "\n", omittingEmptySubsequences: true)
    // Without the List's head, and each item a document.
    let documents = list.dropFirst(3).map { line in
      let isFirst = line.hasPrefix("  - ")
      return (isFirst ? "---\n" : "") + line.dropFirst(4)
    }.joined(separator: "\n")
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.objects.utf8), to: "list.yaml")
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    try folder.write(Array((other + documents + "\n---\n...\n").utf8), to: "documents.yaml")
    let one = try CommandRun(["import", "list.yaml", "--name", "rack"], in: folder.url)
    let two = try CommandRun(["import", "documents.yaml", "--name", "rack"], in: folder.url)
    #expect(one.status == 0 && two.status == 0, "\(two.errors)")
    #expect(one.output == two.output)
    // A mistake in a later document has its place.
    let wrong = documents.replacingOccurrences(of: "guest: 8Gi", with: "guest: lots")
    try folder.write(Array(wrong.utf8), to: "wrong.yaml")
    let third = try CommandRun(["import", "wrong.yaml"], in: folder.url)
    #expect(third.status == 2 && third.errors.hasPrefix("wrong.yaml:16:"), "\(third.errors)")
    try folder.write(Array("\(other)---\n\(other)".utf8), to: "none.yaml")
    let none = try CommandRun(["import", "none.yaml"], in: folder.url)
    #expect(none.status == 2 && none.errors.contains("none of the 2 documents"), "\(none.errors)")
  }

  @Test("A cluster's node with a machine, and Firecracker's on the same host")
  func cluster() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.objects.utf8), to: "objects.yaml")
    try folder.write(
      Array(#"{"vcpu_count": 1, "mem_size_mib": 128}"#.utf8), to: "small.json")
    let run = try CommandRun(
      ["import", "objects.yaml", "small.json", "--name", "rack", "--output", "rack.yaml"],
      in: folder.url)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
    #expect(
      String(decoding: try folder.read("rack.yaml"), as: UTF8.self) == """
        inventory: rack
        hosts:
          - name: worker-1
            architecture: x86-64
            memory: 64 GiB (measured Node status.capacity.memory)
            processors: 16 (measured Node status.capacity.cpu)
            hugePages:
              - pageSize: 2 MiB
                total: 512 (derived Node status.allocatable.hugepages-2Mi)
            reserved: 3 GiB (derived Node status.capacity less status.allocatable)
        machines:
          - name: shop/web
            host: worker-1
            memory: 8 GiB (measured VMI spec.domain.memory.guest)
            processors: 8 (measured VMI spec.domain.cpu)
            backing: 2 MiB (measured VMI spec.domain.memory.hugepages)
            pool: true (measured VMI spec.domain.memory.hugepages)
            locked: "true (derived VMI spec.domain.memory.hugepages, devices.hostDevices)"
            monitor: qemu (derived KubeVirt)
            devices:
              disks: 2 (measured VMI spec.domain.devices.disks)
              networks: 1 (measured VMI spec.domain.devices.interfaces)
              passedThrough: 0 (measured VMI spec.domain.devices.hostDevices and gpus)
              firmware: uefi (measured VMI spec.domain.firmware.bootloader)
          - name: small
            host: worker-1
            memory: 128 MiB (measured Firecracker machine-config/mem_size_mib)
            processors: 1 (measured Firecracker machine-config/vcpu_count)
            pool: false (measured Firecracker machine-config/huge_pages)
            locked: "false (derived Firecracker machine-config/huge_pages, which can’t be swapped)"
            monitor: firecracker (measured Firecracker machine-config)
            devices:
              firmware: none (derived Firecracker)

        """)
    let check = try CommandRun(["check", "rack.yaml"], in: folder.url)
    #expect(check.output == "rack.yaml: an inventory\n")
  }

  @Test("What a cluster's objects say and no host or machine can be is left out, and told")
  func contradictions() throws {
    let folder = try TemporaryFolder()
    let text = Self.objects
      .replacingOccurrences(of: "memory: 60Gi", with: "memory: 70Gi")
      .replacingOccurrences(of: "sockets: 2, cores: 4", with: "sockets: 2000000, cores: 4")
    try folder.write(Array(text.utf8), to: "objects.yaml")
    let run = try CommandRun(["import", "objects.yaml"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.contains("worker-1: its “status.allocatable” with its pools is more than"))
    #expect(run.errors.contains("shop/web: the sockets, cores and threads"), "\(run.errors)")
    #expect(!run.output.contains("reserved:"))
    #expect(!run.output.contains("(measured VMI spec.domain.cpu)"))
  }

  @Test("A broken source of each kind ends in sentences and exit status 2")
  func broken() throws {
    let folder = try TemporaryFolder()
    let sources: [(name: String, text: String, says: String)] = [
      ("a.tar", "nothing", "a.tar: at byte 0: the archive is cut off"),
      ("a.json", "{\"vcpu_count\": ", "a.json:1:16: the text ends"),
      ("a.csv", "time,vm\n", "a.csv:1:1: the column “resident” is missing"),
      (
        "a.yaml", "apiVersion: v1\nkind: Pod\n", "a.yaml:2:7: an object of kind “Pod” stands here"
      ),
      (
        "b.yaml",
        "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {capacity: {memory: x}}\n",
        "b.yaml:4:29: “status/capacity/memory” is “x”; it must be a quantity such as 2Gi"
      ),
      ("c.yaml", "inventory: x\n", "c.yaml:1:1: “hosts” is missing"),
      ("d.yaml", "a: [", "d.yaml:"),
    ]
    for source in sources { try folder.write(Array(source.text.utf8), to: source.name) }
    for source in sources {
      let run = try CommandRun(["import", source.name, "--output", "out.yaml"], in: folder.url)
      #expect(run.status == 2)
      #expect(run.errors.contains(source.says), "\(run.errors)")
      #expect(run.output.isEmpty && !folder.names.contains("out.yaml"))
    }
    let all = try CommandRun(["import"] + sources.map(\.name), in: folder.url)
    #expect(all.status == 2)
    for source in sources { #expect(all.errors.contains(source.says)) }
  }

  @Test("Options are told apart, and a source that is none is refused")
  func options() throws {
    let run = try CommandRun(["import", "prok", "proc", "proc", "--uri", "x", "--timeout", "0.5s"])
    #expect(run.status == 2)
    for says in [
      "SOURCE is “prok”", "is “proc” meant?", "“proc” is given twice", "“--uri” is for the source",
      "“--timeout” must be a whole number of seconds",
    ] {
      #expect(run.errors.contains(says), "\(run.errors)")
    }
    #expect(try CommandRun(["import"]).errors.contains("SOURCE is missing"))
  }

  @Test("The script captures this host, and what it captures is read")
  func capture() throws {
    let folder = try TemporaryFolder()
    let script = try CommandRun(["capture-script"])
    #expect(script.status == 0 && script.output.hasPrefix("#!/bin/sh\n"))
    try folder.write(Array(script.output.utf8), to: "capture.sh")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "sh capture.sh > host.tar"]
    shell.currentDirectoryURL = folder.url
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
    let captured = try CommandRun(["import", "host.tar"], in: folder.url)
    let live = try CommandRun(["import", "proc"])
    #expect(captured.status == 0 && live.status == 0)
    // What a host is stays; what is free does not.
    func lasting(_ run: CommandRun) -> [String] {
      let names = [
        "name:", "architecture:", "memory:", "processors:", "pageSize:", "minimum:", "total:",
      ]
      return run.lines.filter { line in names.contains { line.contains($0) } }
    }
    let ofHosts = lasting(captured).prefix(lasting(live).count)
    #expect(Array(ofHosts) == lasting(live))
  }
}
