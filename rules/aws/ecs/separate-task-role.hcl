rule "aws/ecs/separate-task-role" {
  title    = "Give the application of a task a role of its own"
  severity = "medium"
  status   = "preview"
  since    = "0.1.0"

  rationale = <<-EOT
    The execution role pulls images and reads secrets for starting the task. An
    application that runs with it can do the same, for every task that shares
    the role.
  EOT

  references = [
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_task_definition",
  ]

  aliases {
    checkov = ["CKV_AWS_249"]
  }

  target {
    resource = "aws_ecs_task_definition"
    when     = target.task_role_arn != null && target.execution_role_arn != null && target.task_role_arn == target.execution_role_arn
  }

  param "task_role_arn" {
    type        = "expression"
    required    = true
    description = "Role with what the application itself needs: an ARN or a reference such as aws_iam_role.task.arn."
  }

  set "task_role_arn" {
    value = param.task_role_arn
  }

  applicability {
    level       = "review"
    note        = "Whatever the application did with the rights of the execution role, and the new role does not allow, is refused."
    replacement = "A new revision of the task definition."
    behaviour   = "The application acts with the new role."
  }

  example "one role for both" {
    params = { task_role_arn = "arn:aws:iam::111122223333:role/orders-task" }

    before = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        family             = "orders"
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/ecs"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        family             = "orders"
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/orders-task"
      }
    EOT
  }

  example "one for each name" {
    params = { task_role_arn = "arn:aws:iam::111122223333:role/orders-task" }

    before = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        for_each           = toset(var.names)
        family             = each.key
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/ecs"
      }
    EOT
    after  = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        for_each           = toset(var.names)
        family             = each.key
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/orders-task"
      }
    EOT
  }

  example "nobody has named a role" {
    before  = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        family             = "orders"
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/ecs"
      }
    EOT
    refused = true
  }

  example "two roles" {
    before    = <<-EOT
      resource "aws_ecs_task_definition" "orders" {
        family             = "orders"
        execution_role_arn = "arn:aws:iam::111122223333:role/ecs"
        task_role_arn      = "arn:aws:iam::111122223333:role/orders"
      }
    EOT
    unchanged = true
  }
}
