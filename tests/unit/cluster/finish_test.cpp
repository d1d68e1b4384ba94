#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "reading.hpp"

namespace nsew {
namespace {

std::string deployment(const std::string& name, const std::string& ns = "", const std::string& spec = "{}") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + (ns.empty() ? "" : ", namespace: " + ns) +
         "}\nspec: " + spec + "\n---\n";
}

std::string pod(const std::string& name, const std::string& owner, const std::string& address) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\n  namespace: shop\n" +
         (owner.empty() ? ""
                        : "  ownerReferences: [{kind: " + owner.substr(0, owner.find('/')) +
                              ", name: " + owner.substr(owner.find('/') + 1) + "}]\n") +
         "spec: {nodeName: n1, containers: [{name: c, image: x}]}\nstatus: {podIP: " + address + "}\n---\n";
}

std::vector<std::string> workloads(const Inventory& inventory) {
  std::vector<std::string> names;
  for (const Workload& workload : inventory.workloads)
    names.push_back(workload.object.kind + " " + workload.object.ns + "/" + workload.object.name + " " +
                    std::to_string(workload.pods.size()));
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Pods and ReplicaSets fold into what owns them, known or not") {
  const std::string set =
      "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: cart-5d4f8c7b9, namespace: shop, ownerReferences: "
      "[{kind: "
      "Deployment, name: cart}]}\n---\n";
  const std::string pods = pod("cart-5d4f8c7b9-aaaaa", "ReplicaSet/cart-5d4f8c7b9", "10.0.0.1") +
                           pod("cart-5d4f8c7b9-bbbbb", "ReplicaSet/cart-5d4f8c7b9", "10.0.0.2");
  struct Case {
    std::string name, text;
    Names workloads;
  };
  const Case cases[] = {
      {"all three", pods + set + deployment("cart", "shop"), {"Deployment shop/cart 2"}},
      {"without the ReplicaSet", pods + deployment("cart", "shop"), {"Deployment shop/cart 2"}},
      {"a Deployment without namespace", pods + deployment("cart"), {"Deployment /cart 2"}},
      {"pods alone", pods, {"Deployment shop/cart 2"}},
      {"by the hash in the name",
       "apiVersion: v1\nkind: Pod\nmetadata: {name: cart-77-x1, namespace: shop, labels: {pod-template-hash: "
       "'77'}}\n---\n" +
           std::string("apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: cart-77, namespace: shop}\n"),
       {"ReplicaSet shop/cart-77 1"}},
      {"a StatefulSet that is not there",
       pod("db-0", "StatefulSet/db", "10.0.0.3") + pod("db-1", "StatefulSet/db", "10.0.0.4"),
       {"StatefulSet shop/db 2"}},
      {"of a CronJob", pod("report-29000000-abcde", "Job/report-29000000", "10.0.0.5"), {"CronJob shop/report 1"}},
      {"nobody's",
       pod("debug", "", "10.0.0.6") + pod("kube-proxy", "Node/n1", "10.0.0.7"),
       {"Pod shop/debug 1", "Pod shop/kube-proxy 1"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(lines(workloads(read_text(one.text).inventory)) == lines(one.workloads));
  }
}

TEST_CASE("a folded pod keeps its address and node") {
  const Said said =
      read_text(deployment("cart", "shop") + pod("cart-5d4f8c7b9-aaaaa", "ReplicaSet/cart-5d4f8c7b9", "10.0.0.1"));
  REQUIRE(said.inventory.workloads.size() == 1);
  REQUIRE(said.inventory.workloads[0].pods.size() == 1);
  CHECK(said.inventory.workloads[0].pods[0].address == "10.0.0.1");
  CHECK(said.inventory.workloads[0].pods[0].node == "n1");
  REQUIRE(said.inventory.workloads[0].containers.size() == 1);
}

TEST_CASE("repeats are merged: the first place stays, what it lacks is filled in") {
  const Said said = read_files(
      {{"overlays/prod.yaml", deployment("cart", "prod", "{replicas: 5}"), false},
       {"base/cart.yaml",
        deployment("cart", "", "{replicas: 1, template: {spec: {containers: [{name: c, image: cart:1}]}}}"), false},
       {"copy/cart.yaml", deployment("cart", "", "{}"), false},
       {"base/a.yaml", "kind: Service\napiVersion: v1\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n", false},
       {"base/b.yaml",
        "kind: Service\napiVersion: v1\nmetadata: {name: a}\nspec: {type: NodePort, ports: [{port: 80}, {port: 81}]}\n",
        false}});
  CHECK(workloads(said.inventory) == Names{"Deployment prod/cart 0"});
  CHECK(said.inventory.workloads[0].object.where.file == "overlays/prod.yaml");
  CHECK(said.inventory.workloads[0].replicas == 5);
  CHECK(said.inventory.workloads[0].containers.size() == 1);
  REQUIRE(said.inventory.services.size() == 1);
  CHECK(said.inventory.services[0].ports.size() == 2);
  CHECK(said.inventory.services[0].type == "NodePort");
  CHECK(said.inventory.repeated == 3);
}

TEST_CASE("the order of files changes nothing") {
  std::vector<ManifestFile> files = {
      {"a.yaml", deployment("cart") + deployment("web", "shop"), false},
      {"b.yaml", deployment("cart", "shop", "{replicas: 2}"), false},
      {"c.yaml", pod("cart-5d4f8c7b9-aaaaa", "ReplicaSet/cart-5d4f8c7b9", "10.0.0.1"), false},
      {"d.yaml", pod("cart-5d4f8c7b9-bbbbb", "ReplicaSet/cart-5d4f8c7b9", "10.0.0.2"), false}};
  const Names first = workloads(read_files(files).inventory);
  CHECK(first == Names{"Deployment shop/cart 2", "Deployment shop/web 0"});
  const auto by_name = [](const ManifestFile& a, const ManifestFile& b) { return a.name < b.name; };
  while (std::next_permutation(files.begin(), files.end(), by_name))
    CHECK(workloads(read_files(files).inventory) == first);
}

TEST_CASE("of a Kustomize tree counts what its topmost kustomization takes in") {
  const std::string top = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
  const ManifestFile component{
      "k/components/mesh/kustomization.yaml",
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [mesh.yaml]\n", false};
  const ManifestFile mesh{"k/components/mesh/mesh.yaml", deployment("mesh"), false};
  const ManifestFile base{"k/base/kustomization.yaml", "resources:\n- cart.yaml\npatches:\n- path: patch.yaml\n",
                          false};
  const ManifestFile cart{"k/base/cart.yaml", deployment("cart"), false};
  const ManifestFile patch{"k/base/patch.yaml", deployment("any"), false};
  const ManifestFile other{"k/tests/all/kustomization.yaml",
                           top + "resources: [../../base]\ncomponents: [../../components/mesh]\n", false};
  struct Case {
    std::string name;
    std::vector<ManifestFile> files;
    Names workloads;
  };
  const Case cases[] = {
      {"a component that nothing uses", {component, mesh, base, cart, patch}, {"Deployment /cart 0"}},
      {"one that an overlay uses",
       {component, mesh, base, cart, patch, other},
       {"Deployment /cart 0", "Deployment /mesh 0"}},
      {"one that the top does not reach",
       {component, mesh, base, cart, patch, other, {"k/kustomization.yaml", top + "resources: [base]\n", false}},
       {"Deployment /cart 0"}},
      {"a component given alone", {component, mesh}, {"Deployment /mesh 0"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CHECK(lines(workloads(read_files(one.files).inventory)) == lines(one.workloads));
  }
  const Said said = read_files({component, mesh, base, cart, patch}, Severity::info);
  CHECK(said.told() == lines({"k/base/patch.yaml: left out: a Kustomize patch, which changes other objects",
                              "k/components/mesh/mesh.yaml: left out: no kustomization in use takes it in"}));
}

}  // namespace nsew
